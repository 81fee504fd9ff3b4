import {mostReplicas} from '../../spec/keys/replicas.ts';
import {usageError} from '../options/usage-error.ts';

/**
 * `--scale SERVICE=N`, as often as it is given; undefined without.
 *
 * @throws TsboxError E_USAGE.
 */
export function scaleOf(words: readonly string[]): {readonly scale: Readonly<Record<string, number>>} | undefined {
	if (words.length === 0) return undefined;
	const scale = words.map((word): [string, number] => {
		const [, service, count] = /^([^=]+)=(\d{1,4})$/.exec(word) ?? [];
		if (service === undefined || Number(count) > mostReplicas)
			throw usageError(`--scale ${word} is not SERVICE=N with N from 0 to ${mostReplicas}`, undefined, 'up');
		return [service, Number(count)];
	});
	return {scale: Object.fromEntries(scale)};
}
