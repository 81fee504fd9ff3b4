import {TsboxError} from '../../errors/tsbox-error.ts';
import type {BindVolume, Service} from '../../spec/model/project.ts';

/** The folder of a container's state in which its secrets and configs lie. Only its owner may enter. */
export const givenFolder = 'given';

/**
 * The secrets and configs that tsbox writes for a container, as mounts. Their texts are in no plan.
 *
 * @throws TsboxError E_SPEC_VARIABLE for a text in a variable that is not set.
 */
export function givenMounts(conf: string, {given = []}: Pick<Service, 'given'>): readonly BindVolume[] {
	for (const {kind, name, missing} of given)
		if (missing !== undefined)
			throw new TsboxError('E_SPEC_VARIABLE', `the ${kind} ${name} is in the variable ${missing}, which is not set`, {
				hint: `set it: \`export ${missing}=...\``,
			});
	return given.map(({target}, at) => ({
		type: 'bind',
		source: `${conf}/${givenFolder}/${at}`,
		target,
		readOnly: true,
		createHostPath: false,
		propagation: 'rprivate',
		recursive: false,
	}));
}
