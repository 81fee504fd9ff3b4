/**
 * Hints for verbs that tsbox does not have. The words come from Docker, Podman, and Compose, or are common guesses.
 */
export const habits: Readonly<Record<string, string>> = {
	builder: '`tsbox images prune --build-cache` removes what builds keep',
	buildx: 'leave the x out: `tsbox build`',
	check: '`tsbox validate SPEC` checks a spec',
	clean: '`tsbox gc` cleans up after a crash; `tsbox images prune` and `tsbox volume prune` remove what is unused',
	container: 'leave out `container`: `tsbox ps`, `tsbox rm`, `tsbox inspect`',
	create: '`tsbox up -d SPEC` creates and starts containers; `tsbox plan SPEC` only shows the steps',
	delete: '`tsbox down NAME` stops and removes a container',
	df: '`tsbox du`',
	generate: '`tsbox export systemd SPEC` writes a unit, `tsbox export k8s SPEC` objects of a cluster',
	import: '`tsbox images import FILE NAME`',
	info: '`tsbox doctor` shows what this machine supports',
	history: '`tsbox images history NAME`',
	image: '`tsbox images`: `tsbox images ls`, `tsbox images pull NAME`',
	list: '`tsbox ps -a` lists containers; `tsbox images` and `tsbox volume` list images and volumes',
	load: '`tsbox images load -i FILE`',
	prune:
		'`tsbox images prune`, `tsbox volume prune`, and `tsbox network prune` remove what is unused; `tsbox gc` cleans up after a crash',
	pull: '`tsbox images pull NAME`',
	push: '`tsbox images push NAME`',
	remove: '`tsbox rm` removes services of a project; `tsbox down NAME` removes a container',
	resume: '`tsbox unpause NAME`',
	rmi: '`tsbox images rm NAME`',
	save: '`tsbox images save -o FILE NAME`',
	sh: '`tsbox run -it SPEC -- sh`, or `tsbox exec -it NAME -- sh` in a running container',
	shell: '`tsbox run -it SPEC -- sh`, or `tsbox exec -it NAME -- sh` in a running container',
	system: '`tsbox doctor`, `tsbox gc`, `tsbox images prune`, `tsbox volume prune`, `tsbox network prune`',
	tag: '`tsbox images tag NAME NEW-NAME`',
	version: '`tsbox --version`',
};
