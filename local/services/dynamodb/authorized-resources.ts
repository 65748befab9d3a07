/** The parts of DynamoDB inputs that name what is touched. */
export interface ResourceInput {
  TableName?: string
  IndexName?: string
  ResourceArn?: string
  RequestItems?: Record<string, unknown>
}

/**
 * The ARNs on which IAM decides about an operation: every table of a batch, the index (not its table) of a query or
 * scan through one, and `*` where DynamoDB knows no narrower resource.
 */
export function authorizedResources(input: ResourceInput, tableArn: (name: string) => string): string[] {
  const { TableName, IndexName, ResourceArn, RequestItems } = input
  if (RequestItems !== undefined) return Object.keys(RequestItems).map((name) => tableArn(name))
  if (ResourceArn !== undefined) return [ResourceArn]
  if (TableName === undefined) return ['*']
  return [IndexName === undefined ? tableArn(TableName) : `${tableArn(TableName)}/index/${IndexName}`]
}
