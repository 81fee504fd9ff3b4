/** Steps that are not taken back when a detached container has ended, so that it can be started again as it was: its files. */
export const keptSteps: readonly string[] = ['rootfs.layer'];
