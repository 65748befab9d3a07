/** A variant cannot be brought into service; the message is what `FailureReason` says. */
export class HostingFailure extends Error {
  override readonly name = 'HostingFailure'
}

/** AWS's words for a container that never became healthy. */
export function pingFailure(variantName: string): HostingFailure {
  return new HostingFailure(
    `The primary container for production variant ${variantName} did not pass the ping health check. Please check CloudWatch logs for this endpoint.`,
  )
}
