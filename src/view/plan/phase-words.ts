import type {Phase} from '../../step/verbs/step.ts';

/** A short description of each phase of a start, shown beside its name. */
export const phaseWords: Readonly<Record<Phase, string>> = {
	image: 'the files the container starts from',
	rootfs: 'a writable root filesystem',
	network: 'addresses, bridges and rules',
	cgroup: 'resource limits',
	namespaces: 'an isolated view of the system',
	mounts: 'the file tree, detached from the host',
	hardening: 'what the kernel will deny',
	process: 'the command',
	teardown: 'cleanup',
};
