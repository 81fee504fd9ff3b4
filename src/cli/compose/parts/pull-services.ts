import {asForeseen} from '../../../errors/system-failure.ts';
import {isTsboxError} from '../../../errors/tsbox-error.ts';
import type {ImageSource, Project} from '../../../spec/model/project.ts';
import {interruptible} from '../../images/interruptible.ts';
import {pullView} from '../../images/pull-view.ts';
import {themeOf} from '../../output/theme-of.ts';
import {tell} from '../../output/tell.ts';
import type {ComposeContext} from './compose-verb.ts';

/** Options of {@link pullServices}. */
export interface PullOptions {
	readonly quiet: boolean;
	/** Go on with the others after an error. */
	readonly keepGoing: boolean;
	/** Leave out images that the store has. */
	readonly onlyMissing?: boolean;
}

/** The images of registries that services are made from, each once. */
function imagesOf({services}: Project, wanted: readonly string[]): readonly ImageSource[] {
	const found = services.flatMap(({service, rootfs}) =>
		wanted.includes(service) && rootfs.kind === 'image' && rootfs.built !== true ? [rootfs] : [],
	);
	return found.filter((one, at) => found.findIndex(other => other.reference === one.reference) === at);
}

/**
 * Pulls the images of services. Returns the exit status, that of the first error with `keepGoing`.
 *
 * @throws TsboxError as `pullNamed`, without `keepGoing`.
 */
export async function pullServices(
	project: Project,
	wanted: readonly string[],
	{quiet, keepGoing, onlyMissing = false}: PullOptions,
	{io, engine, folders}: ComposeContext,
): Promise<number> {
	const machine = await engine.openMachine(folders);
	const {imageTitle} = await import('../../../view/lists/images-table.ts');
	const isThere = async (reference: string): Promise<boolean> =>
		engine.inspectImage(machine, reference, io.cwd).then(
			() => true,
			() => false,
		);
	return interruptible(io, async signal => {
		let status = 0;
		for (const {reference, platform} of imagesOf(project, wanted)) {
			if (onlyMissing && (await isThere(reference))) continue;
			const title = imageTitle(reference, true);
			const view = quiet ? undefined : pullView(title, io);
			try {
				const {isSame} = await engine.pullNamed(machine, reference, {
					platform,
					signal,
					onResolved: view?.begin,
					onProgress: view?.show,
					tell: text => tell(io, text),
				});
				view?.end();
				if (!quiet) tell(io, `${title} is ${isSame ? 'up to date' : 'pulled'}`);
			} catch (cause) {
				view?.end();
				const error = asForeseen(cause);
				if (!keepGoing || !isTsboxError(error) || signal.aborted) throw error;
				const {errorText} = await import('../../../view/text/error-text.ts');
				io.err(errorText(error, themeOf(io, 'stderr')));
				if (status === 0) status = error.exitStatus;
			}
		}
		return status;
	});
}
