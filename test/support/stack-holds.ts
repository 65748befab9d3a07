import {
  CreateActivityCommand,
  DescribeStateMachineCommand,
  GetActivityTaskCommand,
  ListStateMachinesCommand,
  SendTaskSuccessCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import type { StackProcess } from './stack-process.ts'

/** Executions that wait in front of a state until they are let go. */
export interface Holds {
  /** Waits until the execution is held; answers what lets it go. */
  reached(id: string): Promise<() => Promise<void>>
  /** Lets one go that was reached, also by a stack that was started since. */
  letGo(stack: StackProcess, id: string): Promise<void>
}

interface Machine {
  StartAt: string
  States: Record<string, object>
}

/** From now on a training whose name has `before <state>` in it waits in front of that state. */
export async function holdTrainings(stack: StackProcess, states: readonly string[]): Promise<Holds> {
  const { activityArn = '' } = await stack.sfn.send(new CreateActivityCommand({ name: 'hold' }))
  const { stateMachines = [] } = await stack.sfn.send(new ListStateMachinesCommand({}))
  const stateMachineArn = stateMachines.find(({ name = '' }) => /train-?dreambooth/i.test(name))?.stateMachineArn ?? ''
  const { definition = '' } = await stack.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))
  const held = states.reduce((machine, state) => holdBefore(machine, state, activityArn), JSON.parse(definition))
  await stack.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(held) }))
  const tokens = new Map<string, string>()
  const take = async (): Promise<void> => {
    const { taskToken, input } = await stack.sfn.send(new GetActivityTaskCommand({ activityArn }))
    if (taskToken) tokens.set(JSON.parse(input ?? '{}').id, taskToken)
  }
  const letGo = async ({ sfn }: StackProcess, id: string): Promise<void> => {
    await sfn.send(new SendTaskSuccessCommand({ taskToken: tokens.get(id) ?? '', output: '{}' }))
  }
  return {
    letGo,
    async reached(id) {
      while (!tokens.has(id)) await take()
      return () => letGo(stack, id)
    },
  }
}

function holdBefore(machine: Machine, state: string, activityArn: string): Machine {
  const question = `Hold before ${state}?`
  const hold = `Hold before ${state}`
  const redirected = JSON.parse(
    JSON.stringify(machine.States).replaceAll(`"Next":${JSON.stringify(state)}`, `"Next":${JSON.stringify(question)}`),
  )
  return {
    ...machine,
    StartAt: machine.StartAt === state ? question : machine.StartAt,
    States: {
      ...redirected,
      [question]: {
        Type: 'Choice',
        Choices: [
          { Condition: `{% $contains($states.context.Execution.Input.request.name, 'before ${state}') %}`, Next: hold },
        ],
        Default: state,
      },
      [hold]: {
        Type: 'Task',
        Resource: activityArn,
        Arguments: { id: '{% $states.context.Execution.Name %}' },
        Output: '{% $states.input %}',
        TimeoutSeconds: 600,
        Next: state,
      },
    },
  }
}
