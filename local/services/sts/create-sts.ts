import { createQueryService } from '../../http/query-service.ts'
import type { AwsService } from '../../http/service.ts'
import { toXml } from '../../http/xml.ts'

/** STS as far as everybody asks it: who am I? Like on AWS, no policy can forbid the question. */
export function createSts(): AwsService {
  return createQueryService({
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    operations: {
      GetCallerIdentity: (_parameters, { principal: { arn, accountId, accessKeyId } }) => {
        const userId = arn.includes(':assumed-role/')
          ? `${accessKeyId}:${arn.slice(arn.lastIndexOf('/') + 1)}`
          : accountId
        return toXml({ Arn: arn, UserId: userId, Account: accountId })
      },
    },
  })
}
