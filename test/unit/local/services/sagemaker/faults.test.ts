import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openFaults } from '../../../../../local/services/sagemaker/faults.ts'

describe('faults of SageMaker', () => {
  const directory = mkdtempSync(join(tmpdir(), 'darkroom-faults-'))
  const file = join(directory, 'faults.json')
  after(() => rmSync(directory, { recursive: true }))

  it('happen as often as told, to the endpoint they are for, and are gone then', () => {
    writeFileSync(file, JSON.stringify([{ fault: 'drop-event', endpoint: 'a-*', status: 'FAILED', times: 2 }]))
    const faults = openFaults(file)
    expect(faults.take('drop-event', 'b-1', 'FAILED')).to.equal(undefined)
    expect(faults.take('drop-event', 'a-1', 'IN_SERVICE')).to.equal(undefined)
    expect(faults.take('duplicate-event', 'a-1', 'FAILED')).to.equal(undefined)
    expect(faults.take('drop-event', 'a-1', 'FAILED')).to.include({ fault: 'drop-event' })
    expect(faults.take('drop-event', 'a-2', 'FAILED')).to.include({ fault: 'drop-event' })
    expect(faults.take('drop-event', 'a-1', 'FAILED')).to.equal(undefined)
    expect(existsSync(file)).to.equal(false)
    faults.add({ fault: 'fail-creation', reason: 'no' })
    expect(faults.take('fail-creation', 'any')?.reason).to.equal('no')
  })

  it('are for endpoints, jobs or types of instances by their names', () => {
    const faults = openFaults(file)
    faults.add({ fault: 'drop-event', endpoint: '*' })
    expect(faults.take('drop-event', { job: 'mine-1', status: 'Completed' })).to.equal(undefined)
    faults.add({ fault: 'drop-event', job: 'mine-*', status: 'Completed' })
    faults.add({ fault: 'capacity', instanceType: 'ml.g5.*' })
    expect(faults.take('drop-event', 'mine-1', 'Completed')).to.include({ endpoint: '*' })
    expect(faults.take('drop-event', 'mine-1', 'Completed')).to.equal(undefined)
    expect(faults.take('drop-event', { job: 'mine-1', status: 'Failed' })).to.equal(undefined)
    expect(faults.take('drop-event', { job: 'mine-1', status: 'Completed' })).to.include({ job: 'mine-*' })
    expect(faults.take('capacity', { job: 'a', instanceType: 'ml.g4dn.xlarge' })).to.equal(undefined)
    expect(faults.take('capacity', { job: 'a', instanceType: 'ml.g5.xlarge' })).to.include({ fault: 'capacity' })
  })

  it('are none while the file is half written', () => {
    writeFileSync(file, '[{ "fault": "drop-ev')
    expect(openFaults(file).take('drop-event', 'a')).to.equal(undefined)
  })
})
