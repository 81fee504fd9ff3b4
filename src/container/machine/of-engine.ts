import {TsboxError} from '../../errors/tsbox-error.ts';
import type {ContainerRecord, EngineFacts} from '../../state/record.ts';

/** The characters of a long id that engines show. */
const shownId = 12;

/** What is known of the engine of a container. */
type Engine = Pick<EngineFacts, 'kind' | 'id'> & Partial<EngineFacts>;

/** The name of an engine in a sentence. */
export function engineName({kind}: Engine): string {
	return kind === 'oci' ? 'another program' : kind;
}

/**
 * What to do instead of a command of tsbox for a container that an engine looks after.
 *
 * @param verbs - those of `docker` and `podman`, with options; a signal comes last
 */
export function engineHint({kind, id, root}: Engine, ...verbs: readonly string[]): string {
	const short = /^[0-9a-f]{64}$/.test(id) ? id.slice(0, shownId) : id;
	switch (kind) {
		case 'docker':
		case 'podman':
			return `use ${verbs.map(verb => `\`${kind} ${verb} ${short}\``).join(', ')}`;
		case 'containerd':
			return `use \`ctr task kill ${id}\`, \`ctr task rm ${id}\` and so on`;
		case 'kubernetes':
			return 'use `kubectl`, or `crictl` on this machine';
		case 'slurm':
			return 'use `squeue` and `scancel`';
		case 'oci': {
			const words = `tsbox-runtime${root === undefined ? '' : ` --root ${root}`}`;
			const [verb = '', , signal] = verbs[0]?.split(' ') ?? [];
			if (verb === 'kill') return `use \`${words} kill ${id} ${signal}\``;
			if (verb === 'pause' || verb === 'unpause')
				return `use \`${words} ${verb === 'pause' ? 'pause' : 'resume'} ${id}\``;
			return `use \`${words} delete --force ${id}\` to remove it`;
		}
	}
}

/** The error for what the engine of a container does itself. */
export function ofEngine(name: string, engine: EngineFacts, ...verbs: readonly string[]): TsboxError {
	return new TsboxError('E_PERMISSION', `${name} is a container of ${engineName(engine)}`, {
		why: 'that engine has its output, and starts, changes, pauses and stops it',
		hint: engineHint(engine, ...verbs),
	});
}

/** @throws TsboxError E_PERMISSION for a container that an engine looks after. */
export function refuseOfEngine({name, engine}: ContainerRecord, verb: string): void {
	if (engine !== undefined) throw ofEngine(name, engine, verb);
}
