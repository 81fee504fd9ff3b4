import {platformOf} from '../../image/oci/platform.ts';
import {changeConfig} from '../../build/plan/change-config.ts';
import {parsePlatform} from '../../spec/image/platform.ts';
import {usageError} from '../options/usage-error.ts';
import type {RunAction} from './action.ts';
import {interruptible} from './interruptible.ts';

/** `tsbox images import`. */
export const importTar: RunAction = async (values, [file = '', name = ''], {io, engine, folders}) => {
	const machine = await engine.openMachine(folders);
	const platform = parsePlatform(values.platform ?? platformOf(machine.facts.kernel.arch));
	if (!platform.ok) throw usageError(`--platform ${platform.problem}`, undefined, 'images');
	const [os = 'linux', architecture = '', variant] = platform.value.split('/');
	const place = {os, architecture, ...(variant === undefined ? {} : {variant})};
	const empty = {...place, config: {}, rootfs: {type: 'layers', diff_ids: []}, history: []} as const;
	const config = changeConfig(empty, values.change);
	const {imageTitle} = await import('../../view/lists/images-table.ts');
	return interruptible(io, async signal => {
		const made = await engine.importImage(machine, file === '-' ? undefined : file, name, {
			config,
			comment: `import ${file}`,
			cwd: io.cwd,
			signal,
		});
		io.out(`${values.quiet ? '' : `${imageTitle(made.name, true)} `}${made.digest}\n`);
		return 0;
	});
};
