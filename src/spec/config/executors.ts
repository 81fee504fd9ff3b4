/** Who can be asked to make containers: stock tools, or one process that makes their system calls. `auto` is `calls` where it can. */
export const executors = ['auto', 'commands', 'calls'] as const;

/** One of {@link executors}. */
export type ExecutorChoice = (typeof executors)[number];
