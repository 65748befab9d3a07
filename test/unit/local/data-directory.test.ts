import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { DataDirectoryInUseError, openDataDirectory, readSecrets } from '../../../local/data-directory.ts'
import { findRunningStack, removeStackFile, type StackFile, writeStackFile } from '../../../local/stack-file.ts'

const stack: StackFile = {
  pid: process.pid,
  endpoint: 'http://127.0.0.1:4566',
  apiUrl: 'http://127.0.0.1:3000/dev',
  apiKey: 'k',
  mailboxUrl: 'http://127.0.0.1:4566/_darkroom/mailbox',
  bucket: 'b',
}
const NO_SUCH_PROCESS = 2 ** 30

describe('the data directory', () => {
  let directory: string

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'darkroom-data-'))
  })

  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('keeps its secrets between runs, readable by their owner alone', () => {
    const secrets = readSecrets(directory)
    expect(secrets.apiKey).to.match(/^[A-Za-z0-9]{20}$/)
    expect(readSecrets(directory)).to.deep.equal(secrets)
    expect(statSync(join(directory, 'secrets.json')).mode & 0o077).to.equal(0)
  })

  it('makes other secrets elsewhere', () => {
    const other = mkdtempSync(join(tmpdir(), 'darkroom-data-'))
    expect(readSecrets(other).apiKey).not.to.equal(readSecrets(directory).apiKey)
    rmSync(other, { recursive: true })
  })

  it('is refused to a second stack, and the message says what to do', () => {
    writeStackFile(directory, stack)
    expect(() => openDataDirectory(directory, false)).to.throw(DataDirectoryInUseError, 'choose another folder')
    expect(findRunningStack(directory)).to.deep.equal(stack)
  })

  it('is free again after the stack was killed or stopped', () => {
    writeStackFile(directory, { ...stack, pid: NO_SUCH_PROCESS })
    expect(findRunningStack(directory)).to.equal(undefined)
    openDataDirectory(directory, false)
    removeStackFile(directory)
    expect(findRunningStack(directory)).to.equal(undefined)
  })

  it('is emptied by a reset and kept otherwise', () => {
    const kept = join(directory, 'kept')
    writeFileSync(kept, '')
    openDataDirectory(directory, false)
    expect(existsSync(kept)).to.equal(true)
    openDataDirectory(directory, true)
    expect(existsSync(kept)).to.equal(false)
  })
})
