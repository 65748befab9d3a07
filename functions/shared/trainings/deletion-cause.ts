/** Cause of an execution that is stopped because its training is deleted. */
export const deletionCause = (username: string): string => `Deleted by ${username}`
