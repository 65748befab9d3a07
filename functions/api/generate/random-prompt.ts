const STYLES = [
  'a watercolour of',
  'an oil painting of',
  'a photo of',
  'a pencil drawing of',
  'a stained-glass window with',
  'a pixel-art picture of',
] as const

const SUBJECTS = [
  'a red circle',
  'a lighthouse',
  'a fox in the snow',
  'a green triangle',
  'a castle on a hill',
  'a bowl of lemons',
  'a small robot',
  'a sailing ship',
  'a blue star',
  'an old oak',
] as const

const SURROUNDINGS = [
  'on blue',
  'at sunset',
  'under a starry sky',
  'in the morning mist',
  'on a yellow background',
  'beside a quiet lake',
] as const

/** What `/generate/default` asks for. */
export const DEFAULT_PROMPT = 'a photo of an astronaut riding a horse on mars'

/** A sentence that can be painted; `random` gives numbers from 0 up to 1. */
export function randomPrompt(random: () => number): string {
  return [STYLES, SUBJECTS, SURROUNDINGS]
    .map((words) => words[Math.floor(random() * words.length)] ?? words[0])
    .join(' ')
}
