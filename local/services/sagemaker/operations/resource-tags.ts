import type { JsonOperation } from '../../../http/json-service.ts'
import { checkedOperation } from '../../checked-operation.ts'
import { list, required, structure, text } from '../../states/wire/shapes.ts'
import type { Tag } from '../records.ts'
import type { SageMakerContext } from '../sagemaker-context.ts'
import { validationError } from '../sagemaker-errors.ts'
import { tags } from './members.ts'

const ResourceArn = required(text({ max: 256 }))

interface Tagged {
  tags: Tag[]
  save(tags: Tag[]): Promise<void>
}

/** `AddTags`, `DeleteTags`, `ListTags` of models, configurations, endpoints and training jobs. */
export function createTagOperations(context: SageMakerContext): Record<string, JsonOperation> {
  return {
    AddTags: checkedOperation(structure({ ResourceArn, Tags: required(tags) }), async (input, request) => {
      request.authorize('sagemaker:AddTags', input.ResourceArn)
      const found = findTagged(context, input.ResourceArn)
      const added = new Map([...found.tags, ...(input.Tags as Tag[])].map((tag) => [tag.Key, tag]))
      await found.save([...added.values()])
      return { Tags: [...added.values()] }
    }),
    DeleteTags: checkedOperation(
      structure({ ResourceArn, TagKeys: required(list(text())) }),
      async (input, request) => {
        request.authorize('sagemaker:DeleteTags', input.ResourceArn)
        const found = findTagged(context, input.ResourceArn)
        await found.save(found.tags.filter(({ Key }) => !input.TagKeys.includes(Key)))
        return {}
      },
    ),
    ListTags: checkedOperation(structure({ ResourceArn }), (input, request) => {
      request.authorize('sagemaker:ListTags', input.ResourceArn)
      return { Tags: findTagged(context, input.ResourceArn).tags }
    }),
  }
}

function findTagged({ models, configs, endpoints, trainingJobs }: SageMakerContext, arn: string): Tagged {
  const model = models.all().find((one) => one.arn === arn)
  if (model) return { tags: model.tags, save: (changed) => models.save(model.name, { ...model, tags: changed }) }
  const config = configs.all().find((one) => one.arn === arn)
  if (config) return { tags: config.tags, save: (changed) => configs.save(config.name, { ...config, tags: changed }) }
  const endpoint = endpoints.all().find((one) => one.arn === arn)
  if (endpoint) return { tags: endpoint.tags, save: (changed) => endpoints.save({ ...endpoint, tags: changed }) }
  const job = trainingJobs.all().find((one) => one.arn === arn)
  if (job) return { tags: job.tags, save: (changed) => trainingJobs.save({ ...job, tags: changed }) }
  throw validationError(`Could not find resource "${arn}".`)
}
