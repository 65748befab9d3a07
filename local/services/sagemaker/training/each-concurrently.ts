/** Works on all items, at most `limit` at a time; rejects with the first failure and begins nothing after it. */
export async function eachConcurrently<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  for await (const item of items) {
    const task: Promise<void> = work(item).finally(() => running.delete(task))
    // Its failure is seen by the race or by the end.
    task.catch(() => undefined)
    running.add(task)
    if (running.size >= limit) await Promise.race(running)
  }
  await Promise.all(running)
}
