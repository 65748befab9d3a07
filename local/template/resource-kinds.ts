import { apiGatewayKinds } from './kinds/api-gateway.ts'
import { computeKinds } from './kinds/compute.ts'
import { deploymentKinds } from './kinds/deployment.ts'
import { identityKinds } from './kinds/identity.ts'
import { messagingKinds } from './kinds/messaging.ts'
import type { ResourceKind } from './kinds/resource-kind.ts'
import { storageKinds } from './kinds/storage.ts'

/** Every resource type the laptop stack takes. A type without a row here is an error: nothing of a template is left out in silence. */
const RESOURCE_KINDS: Readonly<Record<string, ResourceKind>> = {
  ...apiGatewayKinds,
  ...computeKinds,
  ...deploymentKinds,
  ...identityKinds,
  ...messagingKinds,
  ...storageKinds,
}

/** The row of a type, if there is one. */
export function resourceKind(type: string): ResourceKind | undefined {
  if (type.startsWith('Custom::')) return RESOURCE_KINDS['AWS::CloudFormation::CustomResource']
  return Object.hasOwn(RESOURCE_KINDS, type) ? RESOURCE_KINDS[type] : undefined
}
