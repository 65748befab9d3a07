import { expect } from 'chai'
import type { MergeLineage } from '../../../../functions/shared/checkpoints/checkpoint-record.ts'
import { findCheckpoint } from '../../../../functions/shared/checkpoints/read-checkpoint.ts'
import { cleanUpMerge } from '../../../../functions/tasks/clean-up-merge/clean-up-merge.ts'
import {
  type RegisterCheckpointEvent,
  registerCheckpoint,
} from '../../../../functions/tasks/register-checkpoint/register-checkpoint.ts'
import { verifyCheckpoint } from '../../../../functions/tasks/verify-checkpoint/verify-checkpoint.ts'
import { buildCheckpoint } from '../../../support/build-checkpoint.ts'
import { type MergeLibrary, startMergeLibrary } from '../../../support/merge-library.ts'

const bytes = (seed: number) => buildCheckpoint({ tensors: [{ name: 'model.w', dtype: 'F16', shape: [9] }], seed })
const request = { method: 'weighted-sum' as const, multiplier: 0.3, primary: 'a', secondary: 'b' }

describe('registerCheckpoint and cleanUpMerge', () => {
  let library: MergeLibrary

  before(async () => {
    library = await startMergeLibrary()
    await library.add('a', { name: 'a.safetensors', bytes: bytes(1) })
    await library.add('b', { name: 'b.safetensors', bytes: bytes(2) })
    await library.putItem(library.accountsTable, { id: 'user/ada', kind: 'user', roles: ['artists'] })
  })

  after(() => library.stop())

  const finish = async (id: string): Promise<RegisterCheckpointEvent> => {
    const { planned, parts } = await library.merge(id, { ...request, name: id })
    const verified = await verifyCheckpoint({ ...planned, parts })
    return {
      id,
      checkpointId: `made-by-${id}`,
      requestedBy: 'ada',
      request: { ...request, name: id },
      ...planned,
      verified,
    }
  }
  const context = (now = 0) => ({ ...library.context, clock: { now: () => now } })
  const traces = async (id: string) => {
    const items = [...(await library.items(library.checkpointsTable)), ...(await library.keys())]
    return JSON.stringify(items).includes(id)
  }

  it('puts the checkpoint into the library, active, findable by its name, with its recipe', async () => {
    const event = await finish('castle')
    const registered = await registerCheckpoint(context(1000), event)
    expect(registered).to.deep.equal({
      checkpointId: 'made-by-castle',
      name: 'castle.safetensors',
      location: 's3://library/Stable-diffusion/checkpoint/custom/made-by-castle',
      size: event.verified.size,
    })
    const record = await findCheckpoint(library.checkpointsTable, 'castle.safetensors')
    expect(record).to.include({
      status: 'Active',
      type: 'Stable-diffusion',
      createdAt: '1970-01-01T00:00:01.000Z',
      createdBy: 'ada',
    })
    expect(record?.allowedRolesOrUsers).to.deep.equal(['artists'])
    expect(record?.lineage).to.deep.include({
      kind: 'merge',
      mergeId: 'castle',
      arithmetic: 'a1111',
      recipe: { ...request, name: 'castle' },
    })
    const lineage = record?.lineage as MergeLineage | undefined
    const inputs = lineage?.inputs.map(({ role, checkpointId }) => `${role} ${checkpointId}`)
    expect(inputs).to.deep.equal(['primary a', 'secondary b'])
  })

  it('leaves a registered checkpoint as it is when it is repeated, also without the plan', async () => {
    const event = await finish('again')
    const first = await registerCheckpoint(context(1000), event)
    await cleanUpMerge(library.context, event)
    expect(
      await registerCheckpoint(context(2000), { ...event, plan: { ...event.plan, sha256: 'gone' } }),
    ).to.deep.equal(first)
    expect((await findCheckpoint(library.checkpointsTable, 'made-by-again'))?.createdAt).to.equal(
      '1970-01-01T00:00:01.000Z',
    )
  })

  it('does not register the checkpoint of a merge that has ended', async () => {
    const event = await finish('ended')
    await library.putItem(library.mergesTable, { id: 'ended', list: 'merges', createdAt: 'x', status: 'Stopped' })
    const error = await registerCheckpoint(context(), event).catch((failure) => failure)
    expect(error.message).to.match(/ended \(Stopped\)/)
    expect(await findCheckpoint(library.checkpointsTable, 'made-by-ended')).to.equal(undefined)
  })

  it('cleans up after a merge that stored its output but was never registered', async () => {
    const event = await finish('orphan')
    expect(await traces('orphan')).to.equal(true)
    await cleanUpMerge(library.context, event)
    expect(await traces('orphan')).to.equal(false)
  })

  it('aborts uploads whose ids nobody noted', async () => {
    const planned = await library.plan('uploading', { ...request, name: 'uploading' })
    await library.startUpload(planned.output)
    await library.startUpload(planned.output)
    expect(await library.openUploads()).to.equal(2)
    await cleanUpMerge(library.context, { id: 'uploading', checkpointId: 'made-by-uploading' })
    expect(await library.openUploads()).to.equal(0)
    expect(await traces('uploading')).to.equal(false)
  })

  it('cleans up any number of times, and a merge that never came to a plan', async () => {
    const event = { id: 'nothing', checkpointId: 'made-by-nothing' }
    await cleanUpMerge(library.context, event)
    await cleanUpMerge(library.context, event)
  })

  it('keeps the object, the name and the record of a registered checkpoint', async () => {
    const event = await finish('kept')
    await registerCheckpoint(context(), event)
    await cleanUpMerge(library.context, event)
    expect(await library.keys('merges/kept')).to.deep.equal([])
    expect(await library.keys('Stable-diffusion/checkpoint/custom/made-by-kept')).to.have.length(1)
    expect((await findCheckpoint(library.checkpointsTable, 'kept.safetensors'))?.status).to.equal('Active')
  })

  it('does not touch what belongs to a checkpoint whose id begins with the same characters', async () => {
    const other = await finish('prefix-2')
    await registerCheckpoint(context(), other)
    await cleanUpMerge(library.context, { id: 'prefix', checkpointId: 'made-by-prefix' })
    expect(await library.keys('Stable-diffusion/checkpoint/custom/made-by-prefix-2')).to.have.length(1)
  })

  it('does not release a name that another checkpoint holds', async () => {
    await registerCheckpoint(context(), await finish('owned'))
    await library.plan('thief', { ...request, name: 'owned' }).catch(() => undefined)
    await cleanUpMerge(library.context, { id: 'thief', checkpointId: 'made-by-thief' })
    expect((await findCheckpoint(library.checkpointsTable, 'owned.safetensors'))?.id).to.equal('made-by-owned')
  })
})
