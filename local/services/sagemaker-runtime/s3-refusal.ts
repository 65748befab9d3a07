/** What S3 said when it refused; throws the error again when S3 has not been asked at all, or failed itself. */
export function refusalOf(error: unknown): string {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  if (status === undefined || status >= 500) throw error
  return `${name}: ${message}`
}
