/* Names of scheduling with the numbers of the kernel. They are apart from the schema, which takes longer to load than a container to start. */

/** The policies of sched(7) by the numbers of include/uapi/linux/sched.h. */
export const schedulerPolicies = {
	SCHED_OTHER: 0,
	SCHED_FIFO: 1,
	SCHED_RR: 2,
	SCHED_BATCH: 3,
	SCHED_ISO: 4,
	SCHED_IDLE: 5,
	SCHED_DEADLINE: 6,
} as const;
/** The flags of sched_setattr(2) by their bits. */
export const schedulerFlags = {
	SCHED_FLAG_RESET_ON_FORK: 0x1,
	SCHED_FLAG_RECLAIM: 0x2,
	SCHED_FLAG_DL_OVERRUN: 0x4,
	SCHED_FLAG_KEEP_POLICY: 0x8,
	SCHED_FLAG_KEEP_PARAMS: 0x10,
	SCHED_FLAG_UTIL_CLAMP_MIN: 0x20,
	SCHED_FLAG_UTIL_CLAMP_MAX: 0x40,
} as const;
/** The classes of ioprio_set(2) by their numbers. */
export const ioClasses = {IOPRIO_CLASS_RT: 1, IOPRIO_CLASS_BE: 2, IOPRIO_CLASS_IDLE: 3} as const;
