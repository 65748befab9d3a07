import type { Deployment, EndpointConfigRecord } from '../records.ts'
import { findRecord, type SageMakerContext } from '../sagemaker-context.ts'
import { validationError } from '../sagemaker-errors.ts'

/** What an endpoint of this configuration runs, its containers as the models say now. */
export function deploymentOf(context: SageMakerContext, config: EndpointConfigRecord): Deployment {
  return {
    configName: config.name,
    variants: config.variants.map((variant) => ({
      ...variant,
      desiredCount: variant.initialCount,
      container: findRecord(context, 'model', variant.modelName).container,
    })),
    ...(config.asyncInference && { asyncInference: config.asyncInference }),
  }
}

/** `RetainAllVariantProperties`: counts and weights of variants that there are already stay as they are. */
export function retainingCapacities(next: Deployment, current: Deployment): Deployment {
  const variants = next.variants.map((variant) => {
    const known = current.variants.find(({ name }) => name === variant.name)
    return known ? { ...variant, desiredCount: known.desiredCount, weight: known.weight } : variant
  })
  return { ...next, variants }
}

/** Names of variants that `next` would remove or put on other instances. */
export function uprootedVariants(current: Deployment, next: Deployment): string[] {
  return current.variants
    .filter(({ name, instanceType }) => next.variants.find((one) => one.name === name)?.instanceType !== instanceType)
    .map(({ name }) => name)
}

/** New counts and weights of some variants. */
export interface WeightAndCapacity {
  VariantName: string
  DesiredWeight?: number | undefined
  DesiredInstanceCount?: number | undefined
}

/** The same deployment with other counts and weights. */
export function withCapacities(current: Deployment, changes: WeightAndCapacity[]): Deployment {
  const { configName, variants, asyncInference } = current
  const unknown = changes.find(({ VariantName }) => !variants.some(({ name }) => name === VariantName))
  if (unknown)
    throw validationError(
      `The variant name(s) "${unknown.VariantName}" is/are not present within endpoint configuration "${configName}".`,
    )
  return {
    configName,
    ...(asyncInference && { asyncInference }),
    variants: variants.map((variant) => {
      const change = changes.find(({ VariantName }) => VariantName === variant.name)
      if (change === undefined) return variant
      const { DesiredWeight: weight = variant.weight, DesiredInstanceCount: desiredCount = variant.desiredCount } =
        change
      return { ...variant, weight, desiredCount }
    }),
  }
}
