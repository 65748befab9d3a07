import { stableUuid } from '../stable-ids.ts'
import { arn, type ResourceKind, unnamed } from './resource-kind.ts'

/** The function's code and configuration are read from the template once, so every version is the latest. */
const LATEST = '$LATEST'

export const computeKinds: Record<string, ResourceKind> = {
  'AWS::Lambda::Function': {
    physicalId: (facts) => facts.name('FunctionName'),
    attributes: (facts, name) => ({ Arn: arn(facts, 'lambda', `function:${name}`) }),
  },
  'AWS::Lambda::Version': {
    physicalId: (facts) => qualified(String(facts.properties.FunctionName), LATEST, facts),
    attributes: (_facts, physicalId) => ({ FunctionArn: physicalId, Version: LATEST }),
  },
  'AWS::Lambda::Alias': {
    physicalId: (facts) => qualified(String(facts.properties.FunctionName), facts.name('Name'), facts),
    attributes: (_facts, physicalId) => ({ AliasArn: physicalId }),
  },
  'AWS::Lambda::Permission': unnamed,
  'AWS::Lambda::EventInvokeConfig': unnamed,
  'AWS::StepFunctions::StateMachine': {
    physicalId: (facts) => {
      const { StateMachineName: given } = facts.properties
      const name = typeof given === 'string' ? given : facts.generatedName.slice(facts.stackName.length + 1)
      return arn(facts, 'states', `stateMachine:${name}`)
    },
    attributes: (facts, machineArn) => ({
      Arn: machineArn,
      Name: machineArn.slice(machineArn.lastIndexOf(':') + 1),
      StateMachineRevisionId: stableUuid(`${facts.stackName}/${facts.logicalId}/revision`),
    }),
  },
}

function qualified(functionName: string, qualifier: string, facts: Parameters<typeof arn>[0]): string {
  const functionArn = functionName.startsWith('arn:') ? functionName : arn(facts, 'lambda', `function:${functionName}`)
  return `${functionArn}:${qualifier}`
}
