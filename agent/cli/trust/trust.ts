import { dirname } from 'node:path'
import { asOwnerOf } from '../as-owner.ts'
import { configOption, readConfig, configSourceOf } from '../configuration.ts'
import { exitCodes } from '../exit-code.ts'
import { trustOf } from './trust-options.ts'
import type { Subcommand } from '../subcommand.ts'

export const trustSubcommand: Subcommand = {
  name: 'trust',
  synopsis: [
    'HOST[:PORT] [--port N] [--fingerprint SHA256:... | --yes] [--replace] [--json]',
    '--import FILE [--replace] [--dry-run]',
    '--list [HOST[:PORT]] [--json]',
    '--remove HOST[:PORT]',
  ],
  operandsMax: 1,
  options: {
    port: { type: 'string', value: 'N', help: 'the port of sshd (22)' },
    fingerprint: {
      type: 'string',
      value: 'SHA256:...',
      help: 'pin the key with this fingerprint, and no other',
    },
    yes: {
      type: 'boolean',
      help: 'pin whatever key comes: BLIND trust, also of who stands between',
    },
    replace: {
      type: 'boolean',
      help: 'forget the known keys of the host that it does not show any more',
    },
    import: {
      type: 'string',
      value: 'FILE',
      help: 'take over the lines of an OpenSSH known_hosts file (-: standard input)',
    },
    'dry-run': { type: 'boolean', help: 'with --import: say what would be done' },
    list: { type: 'boolean', help: 'show what is known, of all hosts or of one' },
    remove: {
      type: 'boolean',
      help: 'forget a host: under "accept-new" the next key it shows is trusted',
    },
    json: { type: 'boolean', help: 'JSON on standard output; asks nothing' },
    ...configOption,
  },
  about: `Pins the SSH host keys of suspects into ssh.knownHostsFile; a running agent sees them at once.
HOST is asked at every address that it has, without a login, for the type of key that is known of it, else for
the one that a fence would take (for each type in turn until the --fingerprint comes). The key is shown,
and pinned after a "yes" at the terminal; without one, --fingerprint or --yes has to be given. Compare
with "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" on the host. A changed key needs --replace, too.
A key that a first contact of a fence pinned ("first-contact") is confirmed by this. A revoked key is never
pinned. --import is all or nothing: a malformed line, or another key than the known one without --replace, is
named by its number and nothing is written. Two names that are hashed cannot be compared. As root, it writes
in the name of the owner of the file's folder.
exit codes: 0 every key is known now, or done; 1 not done, refused or not found; 64 wrong usage;
66 FILE cannot be read; 69 the host cannot be found or reached, or broke off; 78 wrong configuration`,
  run: async (args, terminal) => {
    const trust = trustOf(args)
    if (trust.kind === 'misused') {
      terminal.err(`peerfence: ${trust.message}\n`)
      return exitCodes.usage
    }
    const config = await readConfig(
      { ...configSourceOf(args, terminal), overrides: {} },
      terminal.err,
    )
    if (config === undefined) return exitCodes.config
    // Loaded where it is wanted: what reads keys hangs on it.
    const { performTrust } = await import('./perform-trust.ts')
    const { readImport } = await import('./trust-import.ts')
    const text = trust.kind === 'import' ? await readImport(trust.file, terminal) : ''
    if (text === undefined) {
      terminal.err('peerfence: the file to import cannot be read, or is too long\n')
      return exitCodes.noInput
    }
    const { knownHostsFile } = config.ssh
    return await asOwnerOf(dirname(knownHostsFile), () =>
      performTrust(trust, text, knownHostsFile, terminal),
    )
  },
}
