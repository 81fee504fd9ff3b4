import type {HostFacts} from '../../host/facts.ts';
import {lowerOption} from '../../host/programs/lower-option.ts';
import type {JailMount} from './jail.ts';

/**
 * A mount for a jail that shows layers as one read-only tree. An overlay needs two of them at least.
 *
 * @param lowers - the folders of the layers, topmost first
 * @throws TsboxError E_HOST_UNSUPPORTED when they do not fit into one mount.
 */
export function mergedRoot({user}: Pick<HostFacts, 'user'>, lowers: readonly string[]): JailMount {
	// The marks of layers that a user unpacked are attributes that users may write.
	const flags = ['ro', ...(user.uid === 0 ? [] : ['userxattr'])];
	const {option, ...rest} = lowerOption(lowers, flags);
	return {type: 'overlay', source: 'overlay', options: [...flags, option], below: '', ...rest};
}
