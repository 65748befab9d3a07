import { expect } from 'chai'
import type { EndpointType } from '../../functions/shared/endpoints/endpoint-record.ts'
import {
  scalableTarget,
  trackingPolicy,
  wakeUpAlarm,
  wakeUpPolicy,
} from '../../functions/shared/endpoints/scaling-plan.ts'
import type { Json } from '../../local/interpreter/contract.ts'
import { readShippedMachine, runScripted } from '../support/shipped-machine.ts'

const WAKE_UP_STATES = ['Put wake up policy', 'Put wake up alarm']

/** What deploy-endpoint wants besides. */
const REST = {
  modelName: 'scaled',
  configName: 'scaled',
  instanceType: 'ml.g5.2xlarge',
  instanceCount: 1,
  maxConcurrency: 1,
  autoscaling: true,
  container: {},
}

/** What each state of deploy-endpoint that makes scaling sends. */
async function sentBy(request: object) {
  const input = { id: 'e', requestedBy: 'admin', request } as Json
  const { calls } = await runScripted(readShippedMachine('deploy-endpoint'), input, {
    'Wait until in service': [{ output: { status: 'InService', reason: '', instances: 1 } }],
    'Put wake up policy': [{ output: { PolicyARN: 'arn:policy' } }],
  })
  return (state: string) => calls.get(state)?.[0]
}

describe('the scaling plan', () => {
  for (const endpointType of ['Async', 'Real-time'] satisfies EndpointType[]) {
    it(`is for ${endpointType} endpoints what deploy-endpoint sends`, async () => {
      const scaling = { name: 'scaled', endpointType, minInstances: 1, maxInstances: 3, scaleInCooldown: 900 }
      const sent = await sentBy({ ...REST, ...scaling })
      expect(scalableTarget(scaling)).to.deep.equal(sent('Register scaling'))
      expect(trackingPolicy(scaling)).to.deep.equal(sent('Put tracking policy'))
      const wakeUp = [wakeUpPolicy('scaled'), wakeUpAlarm('scaled', 'arn:policy')]
      expect(WAKE_UP_STATES.map(sent)).to.deep.equal(endpointType === 'Async' ? wakeUp : [undefined, undefined])
    })
  }
})
