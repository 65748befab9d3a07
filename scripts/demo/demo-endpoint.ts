import { setTimeout as sleep } from 'node:timers/promises'
import { SFNClient } from '@aws-sdk/client-sfn'
import type { ApiClient } from './api-client.ts'
import { awsOptions } from './aws-options.ts'
import type { DemoContext } from './demo-context.ts'
import { followExecution } from './follow-execution.ts'
import { formatDuration } from './terminal.ts'

/** A row of `GET /endpoints`, as far as the demo reads it. */
interface EndpointRow {
  EndpointDeploymentJobId: string
  endpoint_name: string
  endpoint_type: string
  endpoint_status: string
  backend: string
  execution: string
  error: string | null
}

const TRIES = 300
const PAUSE_MILLISECONDS = 100

async function listEndpoints(api: ApiClient): Promise<EndpointRow[]> {
  const { data } = await api.call<{ endpoints: EndpointRow[] }>('GET', '/endpoints?username=admin&limit=100')
  return data.endpoints
}

function isUsable({ backend, endpoint_type, endpoint_status }: EndpointRow): boolean {
  return backend === 'pocket' && endpoint_type === 'Async' && endpoint_status === 'InService'
}

/** The name of an async pocket endpoint in service: one that is there, or one deployed now, which `unfinished` then names. */
export async function provideEndpoint(context: DemoContext, api: ApiClient): Promise<string> {
  const { terminal, unfinished } = context
  const rows = await listEndpoints(api)
  const present = rows.find(isUsable)
  if (present) {
    terminal.line(`endpoint  ${present.endpoint_name} is in service already`)
    return present.endpoint_name
  }
  const { data, status } = await api.call<EndpointRow>('POST', '/endpoints', {
    endpoint_name: `demo-${Date.now().toString(36)}`,
    endpoint_type: 'Async',
    instance_type: 'ml.g5.xlarge',
    initial_instance_count: 1,
    autoscaling_enabled: false,
    assign_to_roles: ['IT Operator'],
    creator: 'admin',
    backend: 'pocket',
    notify: false,
  })
  unfinished.endpointName = data.endpoint_name
  terminal.line(`\nPOST /endpoints → ${status}, ${data.endpoint_name}`)
  await showExecution(context, data.execution)
  const made = (await listEndpoints(api)).find(({ endpoint_name }) => endpoint_name === data.endpoint_name)
  if (made?.endpoint_status === 'InService') return data.endpoint_name
  throw new Error(`the endpoint is ${made?.endpoint_status ?? 'gone'}: ${made?.error ?? 'no reason is known'}`)
}

/** Prints every state of an execution as it is left, until the execution has ended. */
export async function showExecution({ stack, terminal, signal }: DemoContext, executionArn: string): Promise<void> {
  await followExecution({
    sfn: new SFNClient(awsOptions(stack)),
    executionArn,
    signal,
    onIterations: () => {},
    onState: ({ name, milliseconds }) => terminal.line(`  ✔ ${name.padEnd(22)} ${formatDuration(milliseconds)}`),
  })
}

/** Deletes an endpoint and waits until it is gone. */
export async function removeEndpoint(api: ApiClient, name: string): Promise<void> {
  await api.call('DELETE', '/endpoints', { endpoint_name_list: [name] })
  for (let tries = 0; tries < TRIES; tries++) {
    const row = (await listEndpoints(api)).find(({ endpoint_name }) => endpoint_name === name)
    if (!row || row.endpoint_status === 'Deleted') return
    await sleep(PAUSE_MILLISECONDS)
  }
  throw new Error(`the endpoint ${name} is still being deleted; GET /endpoints shows when it is gone`)
}

/** Deletes the endpoint that this run has deployed, if it has, unless it shall be kept. */
export async function leaveEndpoint(context: DemoContext, api: ApiClient, keep: boolean): Promise<void> {
  const { terminal, unfinished } = context
  const { endpointName: deployed } = unfinished
  delete unfinished.endpointName
  if (deployed === undefined) return
  if (keep) return terminal.line(`kept      ${deployed}; DELETE /endpoints ends it`)
  await removeEndpoint(api, deployed)
  terminal.line(`deleted   ${deployed}; --keep leaves it running`)
}
