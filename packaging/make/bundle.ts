/** The compiled agent, and what it uses of node_modules, as one CommonJS file. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'

export interface Bundled {
  /** Folders of packages that something of is in the bundle, relative to the tree. Sorted. */
  readonly packages: readonly string[]
}

/**
 * `tree` holds `build/` and `node_modules/`. The same tree gives the same bytes, wherever it lies.
 */
export const bundle = async (tree: string, outfile: string): Promise<Bundled> => {
  const { metafile, outputFiles } = await build({
    absWorkingDir: tree,
    // `build` is a link to the newest build, whose own name must not get into the bytes.
    preserveSymlinks: true,
    entryPoints: ['build/agent/main.js'],
    outfile,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // ESM would need stand-ins for require and __dirname, which ssh2 uses.
    format: 'cjs',
    // What lies beside the program is found from where it lies, in the packages as in build/.
    banner: { js: banner },
    // What is compiled already asks nothing of the compiler's settings.
    tsconfigRaw: '{}',
    define: { 'import.meta.url': 'bundleUrl' },
    plugins: [withoutNatives],
    metafile: true,
    logLevel: 'warning',
  })
  for (const { text } of outputFiles) {
    // The line for `env node` is that of a checkout: in a package the private runtime runs this
    // file.
    mkdirSync(dirname(outfile), { recursive: true })
    writeFileSync(outfile, text.replace(/^#!.*\n/, ''))
  }
  return { packages: packagesOf(Object.keys(metafile.inputs)) }
}

/** Strict in its first line, as the modules are that it is made of; esbuild leaves the word out. */
const banner = `'use strict';
const bundleUrl = require('node:url').pathToFileURL(__filename).href;`

/**
 * Compiled parts of ssh2 and its cpu-features make it faster with bulk data alone, and would have
 * to be built for every architecture. Whoever requires one catches that it cannot be had. It must
 * not be looked for on the host either: what lies in its node_modules folders is none of ours.
 */
const withoutNatives: Plugin = {
  name: 'without natives',
  setup: (bundler) => {
    bundler.onResolve({ filter: /\.node$|^cpu-features$/ }, ({ path }) => ({
      path,
      namespace: 'native',
    }))
    bundler.onLoad({ filter: /.*/, namespace: 'native' }, ({ path }) => ({
      contents: `throw new Error(${JSON.stringify(`${path} is not in the bundle`)})`,
    }))
  },
}

const packagesOf = (inputs: readonly string[]): readonly string[] => {
  const folders = inputs.flatMap((input) => {
    const [, folder] = /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? []
    return folder === undefined ? [] : [folder]
  })
  return [...new Set(folders)].toSorted()
}
