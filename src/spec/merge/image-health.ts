import {TsboxError} from '../../errors/tsbox-error.ts';
import {healthcheckFields, usualShell} from '../model/healthcheck.ts';
import type {ImageConfig} from '../model/image-config.ts';
import type {Healthcheck, Origin, Service} from '../model/project.ts';
import {type ImagePart, type MergedImage, ofImage} from './image-part.ts';
import {isWritten} from './without-image.ts';

/**
 * The health check: the image's, unless the spec has one or turns it off. One of the spec takes what it does not say from the image.
 *
 * @throws TsboxError E_SPEC_INVALID where the spec has no test, and the image has none.
 */
export function healthPart(service: Service, {healthcheck: check, shell}: ImageConfig, image: MergedImage): ImagePart {
	const {origins, profile} = service;
	const own = service.healthcheck && withShell(service.healthcheck, shell);
	const ofWhole = {healthcheck: ofImage(image, 'Healthcheck')};
	if (own === undefined) {
		const counts = typeof check === 'object' && !isWritten(origins, 'healthcheck') && profile !== 'bare';
		return counts ? {values: {healthcheck: check}, origins: ofWhole} : {values: {}, origins: {}};
	}
	if (typeof check === 'object') {
		const taken = Object.entries(healthcheckFields).filter(([key]) => !isWritten(origins, `healthcheck.${key}`));
		const values = taken.map(([, field]) => [field, check[field]] as const);
		const healthcheck: Healthcheck = {...own, ...(Object.fromEntries(values) as Partial<Healthcheck>)};
		const words = taken.map(([key]): [string, Origin] => [`healthcheck.${key}`, ofImage(image, 'Healthcheck')]);
		return {values: {healthcheck}, origins: Object.fromEntries(words)};
	}
	if (own.test.length > 0) return {values: {healthcheck: own}, origins: {}};
	throw new TsboxError('E_SPEC_INVALID', `\`healthcheck\` of ${service.service} has no \`test\``, {
		why: `the image ${image.reference} has ${check === 'none' ? 'its check turned off' : 'no check'}`,
		hint: 'write `test: [CMD, ...]`, or take `healthcheck` out',
	});
}

/** The check with its text behind the shell of the image, as Docker runs it: moby, daemon/health.go, getShell. */
function withShell(check: Healthcheck, shell: readonly string[] | undefined): Healthcheck {
	return check.shellText === undefined ? check : {...check, test: [...(shell ?? usualShell), check.shellText]};
}
