import { writeCheckpoint } from '../../model/checkpoint.ts'
import { ARCHITECTURE, type Parameters } from '../../model/parameters.ts'
import { writeLora } from '../../model/write-lora.ts'
import type { TensorType } from '../../model/write-tensors.ts'
import { downOf, upOf } from '../lora-learner.ts'
import { TrainingFailure } from './training-failure.ts'
import type { TrainingPlan } from './training-plan.ts'

const TYPES: Readonly<Record<TrainingPlan['savePrecision'], TensorType>> = { fp16: 'F16', bf16: 'BF16', fp32: 'F32' }
/** Numbers beyond these would be written as infinities. */
const GREATEST: Readonly<Record<TensorType, number>> = { F16: 65_504, BF16: 3e38, F32: 3e38 }

/** The file after all steps. */
export function finalFile({ name }: TrainingPlan): string {
  return `${name}.safetensors`
}

/** The file after so many steps. */
export function stepFile({ name }: TrainingPlan, step: number): string {
  return `${name}-step${String(step).padStart(8, '0')}.safetensors`
}

/** The file of what was learned: a whole model, or a LoRA. Throws `TrainingFailure` when numbers grew beyond all bounds. */
export function encodeOutput(
  base: Parameters,
  learned: Parameters,
  { plan, step }: { plan: TrainingPlan; step: number },
) {
  const type = TYPES[plan.savePrecision]
  const isKept = (value: number): boolean => Math.abs(value) <= GREATEST[type]
  if (![...learned.values()].every(({ data }) => data.every(isKept))) {
    throw new TrainingFailure(
      `The numbers of the model grew beyond all bounds; use a lower learning rate than ${plan.learningRate}.`,
    )
  }
  const metadata = describeOutput(plan, step)
  if (plan.method === 'dreambooth') return writeCheckpoint(new Map([...base, ...learned]), metadata, type)
  const changes = [...base.keys()]
    .filter((parameter) => learned.has(downOf(parameter)))
    .map((parameter) => ({ parameter, down: learned.get(downOf(parameter))!, up: learned.get(upOf(parameter))! }))
  return writeLora(changes, { ...plan.lora, type, metadata })
}

/** The header's texts: what other programs look for (modelspec, and kohya's ss_), then the training's own. No date, that the same training gives the same bytes. */
function describeOutput(plan: TrainingPlan, step: number): ReadonlyMap<string, string> {
  const isLora = plan.method === 'lora'
  return new Map([
    ['architecture', ARCHITECTURE.name],
    ['modelspec.sai_model_spec', '1.0.0'],
    ['modelspec.architecture', isLora ? `${ARCHITECTURE.name}/lora` : ARCHITECTURE.name],
    ['modelspec.implementation', 'darkroom/pocket'],
    ['modelspec.title', plan.name],
    ['modelspec.trigger_phrase', plan.instancePrompt],
    ['modelspec.resolution', `${ARCHITECTURE.side}x${ARCHITECTURE.side}`],
    ['ss_base_model_version', ARCHITECTURE.name],
    ['ss_sd_model_name', plan.baseFile],
    ['ss_output_name', plan.name],
    ['ss_steps', String(step)],
    ['ss_max_train_steps', String(plan.steps)],
    ['ss_learning_rate', String(plan.learningRate)],
    ['ss_text_encoder_lr', plan.trainTextEncoder ? String(plan.textEncoderLearningRate) : 'None'],
    ['ss_lr_scheduler', plan.schedule],
    ['ss_seed', String(plan.seed)],
    ['ss_prior_loss_weight', plan.prior === undefined ? 'None' : String(plan.prior.weight)],
    ...(isLora
      ? ([
          ['ss_network_module', 'networks.lora'],
          ['ss_network_dim', String(plan.lora.rank)],
          ['ss_network_alpha', String(plan.lora.alpha)],
        ] as const)
      : []),
    ...plan.metadata,
  ])
}
