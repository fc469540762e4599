import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { readOwnIdentity } from '../../../agent/suspect/program/own-identity.ts'

const bootIdFile = '/proc/sys/kernel/random/boot_id'

test('this host has an id, and its boot another', async (t) => {
  const machineId = join(t.testdir(), 'machine-id')
  writeFileSync(machineId, `${'ab'.repeat(16)}\n`)
  t.same(await readOwnIdentity({ machineId, bootId: bootIdFile }), {
    machineId: 'ab'.repeat(16),
    bootId: readFileSync(bootIdFile, 'utf8').trim(),
  })
})

test('an id that is missing or empty is a fault: without it no host could be told from this one', async (t) => {
  const machineId = join(t.testdir(), 'machine-id')
  await t.rejects(readOwnIdentity({ machineId, bootId: bootIdFile }), { code: 'ENOENT' })
  writeFileSync(machineId, '\n')
  await t.rejects(readOwnIdentity({ machineId, bootId: bootIdFile }), /holds no id/)
})
