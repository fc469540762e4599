#!/usr/bin/env node
/** The process edge: what a subcommand sees of the process, and its exit code. No logic. */
import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { runCommandLine } from './cli/command-line.ts'
import { exitCodes } from './cli/exit-code.ts'
import { readRelease, versionLine } from './cli/version.ts'

// A reader that went away (`| head`) must neither change a verdict nor print a trace.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const release = readRelease(import.meta.url)
// Whatever ends the process before its subcommand has ended must not look like success.
process.exitCode = exitCodes.notDone
// Not awaited here: the packages bundle this file as CommonJS, which has no await outside of
// functions.
void runCommandLine(process.argv.slice(2), {
  env: process.env,
  version: release.version,
  versionLine: versionLine(release, process.version),
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stdin: () => process.stdin,
  onInterrupt: (words) => {
    const end = (): void => {
      writeSync(2, `\n${words}`)
      process.exit(exitCodes.interrupted)
    }
    process.once('SIGINT', end)
    return () => process.off('SIGINT', end)
  },
  // Questions go to standard error, so that standard output stays what it is.
  isTerminal: isatty(0) && isatty(2),
  isOutTerminal: isatty(1),
  isErrTerminal: isatty(2),
}).then((code) => {
  process.exitCode = code
})
