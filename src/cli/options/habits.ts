/**
 * Verbs of docker, podman and Compose, and words that people try, which tsbox has under another name or not at all: where to go
 * instead.
 */
export const habits: Readonly<Record<string, string>> = {
	build:
		'tsbox builds no images: write a root filesystem with `debootstrap` or `docker export`, and name it with `rootfs:`',
	check: '`tsbox validate SPEC` checks a spec',
	clean: '`tsbox gc` takes back what a crash left, `tsbox images prune` and `tsbox volume prune` what nothing uses',
	commit: '`tsbox diff NAME` lists what a container changed, `tsbox cp NAME:/ - > rootfs.tar` writes all its files',
	compose: 'leave it out: `tsbox up`, `tsbox ps`, `tsbox logs`',
	config: '`tsbox validate SPEC` checks a spec, `tsbox plan SPEC` shows what it becomes',
	container: 'leave it out: `tsbox ps`, `tsbox rm`, `tsbox inspect`',
	create: '`tsbox up -d SPEC` makes containers and starts them; `tsbox plan SPEC` only shows how',
	delete: '`tsbox down NAME` stops and removes a container',
	explain: '`tsbox plan --explain SPEC`',
	export: '`tsbox cp NAME:/ - > rootfs.tar` writes all files of a container',
	info: '`tsbox doctor` shows what this machine can do',
	learn: '`tsbox plan --explain config/examples/learn/01-chroot.yaml` is the first lesson',
	list: '`tsbox ps -a` lists the containers, `tsbox images` and `tsbox volume` the rest',
	network: 'tsbox has no networks: leave `network` out of `namespaces` for that of the host',
	prune: '`tsbox images prune` and `tsbox volume prune` remove what nothing uses, `tsbox gc` what a crash left',
	pull: 'tsbox takes nothing from a registry: `docker export NAME > rootfs.tar`, and `rootfs: ./rootfs.tar` in the spec',
	push: 'tsbox sends nothing to a registry',
	remove: '`tsbox rm` removes services of a project, `tsbox down NAME` a container',
	resume: '`tsbox unpause NAME`',
	rmi: '`tsbox images rm DIGEST`',
	sh: '`tsbox run -it SPEC -- sh`, or in one that runs `tsbox exec -it NAME -- sh`',
	shell: '`tsbox run -it SPEC -- sh`, or in one that runs `tsbox exec -it NAME -- sh`',
	system: '`tsbox doctor`, `tsbox gc`, `tsbox images prune`, `tsbox volume prune`',
	version: '`tsbox --version`',
	watch: '`tsbox ps --watch`, or `tsbox dash`',
};
