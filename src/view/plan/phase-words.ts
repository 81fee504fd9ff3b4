import type {Phase} from '../../step/verbs/step.ts';

/** A short description of each phase of a start, shown beside its name. */
export const phaseWords: Readonly<Record<Phase, string>> = {
	image: 'the files the container starts from',
	rootfs: 'a root folder of its own to write to',
	cgroup: 'how much it may use',
	namespaces: 'what it sees of the machine',
	mounts: 'its file tree, and the host let go',
	hardening: 'what the kernel will refuse it',
	process: 'the command itself',
	teardown: 'nothing stays behind',
};
