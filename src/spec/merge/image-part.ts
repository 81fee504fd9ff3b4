import {TsboxError} from '../../errors/tsbox-error.ts';
import type {Parsed} from '../model/parsed.ts';
import type {Origin, Service} from '../model/project.ts';

/** Whose configuration is merged, and for which project. */
export interface MergedImage {
	/** The complete reference, for origins and messages. */
	readonly reference: string;
	/** The name of the project, which owns the image's volumes. */
	readonly project: string;
}

/** What an image adds to a service, and where each value comes from. */
export interface ImagePart {
	readonly values: Partial<Service>;
	readonly origins: Readonly<Record<string, Origin>>;
}

/** The origin of a value of an image; `key` is its name in the configuration. */
export function ofImage({reference}: MergedImage, key: string): Origin {
	return {kind: 'image', reference, key};
}

/**
 * A value of an image that no start can use as it is.
 *
 * @param hint - what to write in the spec instead
 * @throws TsboxError E_IMAGE_INVALID.
 */
export function checkedOf<T>({reference}: MergedImage, key: string, parsed: Parsed<T>, hint: string): T {
	if (parsed.ok) return parsed.value;
	throw new TsboxError('E_IMAGE_INVALID', `${key} of the image ${reference} ${parsed.problem}`, {hint});
}
