import type { Resource } from './stack.ts'

interface Resolved {
  resources: ReadonlyMap<string, Resource>
  outputs: Record<string, string>
}

/** The origin AWS serves a REST API from; the stage is the first part of the path. */
export function restApiOrigin(restApiId: string, region: string): string {
  return `https://${restApiId}.execute-api.${region}.amazonaws.com`
}

/** Puts the local address in place of the REST APIs' origins, wherever a property or an output mentions one. */
export function substituteRestApiUrls(
  { resources, outputs }: Resolved,
  { region, restApiUrl }: { region: string; restApiUrl?: string },
): Resolved {
  if (restApiUrl === undefined) return { resources, outputs }
  const origins = [...resources.values()]
    .filter(({ type }) => type === 'AWS::ApiGateway::RestApi')
    .map(({ physicalId }) => restApiOrigin(physicalId, region))
  const substitute = (text: string): string =>
    origins.reduce((result, origin) => result.replaceAll(origin, restApiUrl), text)
  return {
    resources: new Map(
      Array.from(resources, ([logicalId, resource]) => [
        logicalId,
        { ...resource, properties: mapTexts(resource.properties, substitute) as Record<string, unknown> },
      ]),
    ),
    outputs: mapTexts(outputs, substitute) as Record<string, string>,
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]))
}
