import { stableId } from '../stable-ids.ts'
import { drawnId, type ResourceFacts, type ResourceKind } from './resource-kind.ts'

/** A drawn identifier of `length` characters that `attribute` also gives. */
function drawn(length: number, attribute?: string): ResourceKind {
  return {
    physicalId: (facts) => drawnId(facts, length),
    ...(attribute !== undefined && { attributes: (_facts, physicalId) => ({ [attribute]: physicalId }) }),
  }
}

/** Model names take letters and digits only. */
function modelName(facts: ResourceFacts): string {
  const { Name: name } = facts.properties
  return typeof name === 'string' ? name : facts.logicalId.replaceAll(/[^A-Za-z0-9]/g, '')
}

export const apiGatewayKinds: Record<string, ResourceKind> = {
  'AWS::ApiGateway::RestApi': {
    physicalId: (facts) => drawnId(facts, 10),
    attributes: (_facts, physicalId) => ({ RestApiId: physicalId, RootResourceId: stableId(`${physicalId}/root`, 10) }),
  },
  'AWS::ApiGateway::Resource': drawn(6, 'ResourceId'),
  'AWS::ApiGateway::Method': drawn(12),
  'AWS::ApiGateway::Authorizer': drawn(6, 'AuthorizerId'),
  'AWS::ApiGateway::Model': { physicalId: modelName },
  'AWS::ApiGateway::RequestValidator': drawn(6, 'RequestValidatorId'),
  'AWS::ApiGateway::ApiKey': drawn(10, 'APIKeyId'),
  'AWS::ApiGateway::UsagePlan': drawn(6, 'Id'),
  'AWS::ApiGateway::UsagePlanKey': {
    physicalId: ({ properties }) => `${String(properties.KeyId)}:${String(properties.UsagePlanId)}`,
    attributes: (_facts, physicalId) => ({ Id: physicalId }),
  },
  'AWS::ApiGateway::Deployment': drawn(6, 'DeploymentId'),
  'AWS::ApiGateway::Stage': { physicalId: (facts) => facts.name('StageName') },
  'AWS::ApiGateway::GatewayResponse': drawn(10, 'Id'),
  'AWS::ApiGateway::Account': drawn(10, 'Id'),
}
