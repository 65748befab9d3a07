import type { ServiceRequest } from '../../../http/service.ts'

/** Asks whether the caller may hand the role to a service. */
export function authorizePassRole(request: ServiceRequest, roleArn: string): void {
  request.authorize('iam:PassRole', roleArn, { 'iam:PassedToService': 'sagemaker.amazonaws.com' })
}
