import type { Deployment } from '../records.ts'

type AuthorizeAs = (roleArn: string, action: string, resource: string) => void

/** Why a deployment cannot work: topics that its role may not publish to, in AWS's words. */
export function objectionTo(authorizeAs: AuthorizeAs | undefined): (deployment: Deployment) => string | undefined {
  return ({ variants, asyncInference }) => {
    const roleArn = variants[0]?.container.roleArn
    if (authorizeAs === undefined || roleArn === undefined) return undefined
    const topics = [asyncInference?.successTopic, asyncInference?.errorTopic].filter((topic) => topic !== undefined)
    const refused = topics.find((topic) => !mayPublish(authorizeAs, roleArn, topic))
    if (refused === undefined) return undefined
    return `The provided role ARN "${roleArn}" is invalid. Please ensure the role exists, that its trust relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com", and has "sns:Publish" permissions for topic "${refused}".`
  }
}

function mayPublish(authorizeAs: AuthorizeAs, roleArn: string, topicArn: string): boolean {
  try {
    authorizeAs(roleArn, 'sns:Publish', topicArn)
    return true
  } catch {
    return false
  }
}
