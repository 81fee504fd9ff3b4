import {homedir} from 'node:os';
import {resolve} from 'node:path';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {bad, good} from '../../spec/model/parsed.ts';
import {imageNameText, parseImageName} from '../../spec/image/image-name.ts';
import {parseImageReference} from '../../spec/image/image-reference.ts';
import type {Machine} from '../machine/machine.ts';

/**
 * The complete form of what a person calls an image: `nginx` is `docker.io/library/nginx:latest`, `./image.tar` is `archive:/srv/image.tar`.
 *
 * @param cwd - where relative paths begin
 * @throws TsboxError E_USAGE.
 */
export function imageReference({host}: Pick<Machine, 'host'>, text: string, cwd: string): string {
	const parsed = parseImageReference(text, {
		resolve: path =>
			path.includes('\0') ? bad('holds a NUL byte') : good(resolve(cwd, path.replace(/^~(?=\/)/, homedir()))),
		kindOf: path => {
			const kind = host.stat(path)?.kind;
			return kind === 'symlink' ? 'other' : kind;
		},
	});
	if (parsed.ok) return parsed.value;
	throw new TsboxError('E_USAGE', `the image ${JSON.stringify(text)} ${parsed.problem}`, {
		hint: parsed.hint ?? 'write `NAME:TAG`, such as `nginx:1.27`',
	});
}

/**
 * The complete form of a new name for an image: one of a registry, with a tag.
 *
 * @throws TsboxError E_USAGE.
 */
export function newImageName(text: string): string {
	const parsed = parseImageName(text);
	const problem = parsed.ok ? 'has a digest, which cannot be given as a name' : parsed.problem;
	if (parsed.ok && !parsed.value.version.startsWith('@')) return imageNameText(parsed.value);
	throw new TsboxError('E_USAGE', `the name ${JSON.stringify(text)} ${problem}`, {
		hint: (parsed.ok ? undefined : parsed.hint) ?? 'write `NAME:TAG`, such as `shop:1.0`',
	});
}
