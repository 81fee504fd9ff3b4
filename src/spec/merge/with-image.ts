import {TsboxError} from '../../errors/tsbox-error.ts';
import {impossibleMixes} from '../keys/mixes.ts';
import type {ImageConfig} from '../model/image-config.ts';
import type {Service} from '../model/project.ts';
import {parseContainerPath} from '../values/container-path.ts';
import {parseUser} from '../values/user.ts';
import {healthPart} from './image-health.ts';
import {checkedOf, type ImagePart, type MergedImage, ofImage} from './image-part.ts';
import {volumesPart} from './image-volumes.ts';
import {isWritten, withoutImage} from './without-image.ts';

/**
 * The service with what its image says where the spec says nothing, as Docker merges them. Each value that is the image's has an
 * origin of the kind `image`. A service that was merged before, also with another image, is merged anew.
 * Source: moby, daemon/commit.go, merge; Compose Specification, `command`, `entrypoint` and `healthcheck`.
 *
 * @throws TsboxError E_SPEC_INVALID for a service without a command, and for one that its image makes impossible;
 * E_IMAGE_INVALID for a user, a folder or a volume that no container can have.
 */
export function withImage(merged: Service, config: ImageConfig, image: MergedImage): Service {
	const service = withoutImage(merged);
	const parts: readonly ImagePart[] = [
		commandPart(service, config, image),
		mapPart('environment', service, config.environment, image, 'Env'),
		mapPart('labels', service, config.labels, image, 'Labels'),
		processPart(service, config, image),
		healthPart(service, config, image),
		// A bare container has only bind mounts.
		...(service.profile === 'bare' ? [] : [volumesPart(service, config.volumes, image)]),
	];
	const values: Partial<Service> = Object.assign({}, ...parts.map(part => part.values));
	const origins = Object.assign({}, service.origins, ...parts.map(part => part.origins)) as Service['origins'];
	const result: Service = {...service, ...values, origins};
	checkCommand(result, image);
	const [mix] = impossibleMixes(result);
	if (mix === undefined) return result;
	throw new TsboxError('E_SPEC_INVALID', `${service.service}: ${mix.message}`, {
		why: `the image ${image.reference} says so where the spec says nothing`,
		hint: mix.hint,
	});
}

/** An entrypoint of the spec takes the image's command away too, unless it is empty: then it only takes the image's entrypoint away. */
function commandPart({entrypoint, origins}: Service, config: ImageConfig, image: MergedImage): ImagePart {
	const hasEntrypoint = isWritten(origins, 'entrypoint');
	const takes = {
		entrypoint: !hasEntrypoint && config.entrypoint,
		command: !isWritten(origins, 'command') && (!hasEntrypoint || entrypoint.length === 0) && config.command,
	};
	return {
		values: {...(takes.entrypoint && {entrypoint: takes.entrypoint}), ...(takes.command && {command: takes.command})},
		origins: {
			...(takes.entrypoint && {entrypoint: ofImage(image, 'Entrypoint')}),
			...(takes.command && {command: ofImage(image, 'Cmd')}),
		},
	};
}

/** The image's entries below those of the spec, and below those that `reproducible: true` sets. */
function mapPart(
	key: 'environment' | 'labels',
	service: Service,
	entries: Readonly<Record<string, string>>,
	image: MergedImage,
	word: string,
): ImagePart {
	const own = service[key];
	const without = key === 'environment' ? (service.withoutVariables ?? []) : [];
	const taken = Object.entries(entries).filter(
		([name]) => name !== '' && !Object.hasOwn(own, name) && !without.includes(name),
	);
	return {
		values: {[key]: {...Object.fromEntries(taken), ...own}},
		origins: Object.fromEntries(taken.map(([name]) => [`${key}.${name}`, ofImage(image, word)])),
	};
}

/** User, folder and stop signal. */
function processPart(service: Service, config: ImageConfig, image: MergedImage): ImagePart {
	const {user, workingDir, stopSignal} = config;
	const takesUser = service.user === undefined && user !== undefined;
	const takesFolder = service.workingDir === undefined && workingDir !== undefined;
	const takesSignal = !isWritten(service.origins, 'stop_signal') && stopSignal !== undefined;
	return {
		values: {
			...(takesUser && {user: checkedOf(image, 'User', parseUser(user), 'name another one with `user`')}),
			...(takesFolder && {
				workingDir: checkedOf(
					image,
					'WorkingDir',
					parseContainerPath(workingDir),
					'name another one with `working_dir`',
				),
			}),
			...(takesSignal && {stopSignal}),
		},
		origins: {
			...(takesUser && {user: ofImage(image, 'User')}),
			...(takesFolder && {working_dir: ofImage(image, 'WorkingDir')}),
			...(takesSignal && {stop_signal: ofImage(image, 'StopSignal')}),
		},
	};
}

function checkCommand({service, entrypoint, command}: Service, {reference}: MergedImage): void {
	const [program] = [...entrypoint, ...command];
	if (program !== undefined && program !== '') return;
	throw new TsboxError(
		'E_SPEC_INVALID',
		program === undefined
			? `the image ${reference} has no command, and ${service} has none either`
			: `the command of ${service} with the image ${reference} begins with an empty word`,
		{hint: `write \`command\` in ${service}: the program and its arguments`},
	);
}
