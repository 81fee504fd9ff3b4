import type {SpecRequest} from '../../container/machine/spec-request.ts';
import {realHost} from '../../host/programs/real-host.ts';
import {startWords} from '../../host/programs/start-words.ts';
import type {Project} from '../../spec/model/project.ts';
import {shownPath} from '../../spec/syntax/source-text.ts';
import {present} from '../../spec/syntax/pick.ts';
import {yamlText} from '../../spec/syntax/yaml-text.ts';
import {imageBuilder} from '../build/image-builder.ts';
import {optionalSpec, plainOption, serviceName} from '../options/arguments.ts';
import {profileOptions} from '../options/run-options.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {usageError} from '../options/usage-error.ts';
import {tell} from '../output/tell.ts';
import {type Context, defineCommand, type Values} from '../verb/command.ts';
import type {Io} from '../verb/io.ts';
import {programOf} from '../verb/program.ts';

const options = {
	...profileOptions,
	...plainOption,
	user: {kind: 'flag', describe: 'systemd: a unit for `systemctl --user`'},
} as const;

/** `tsbox export`: writes a spec in the form of others. */
export const exportSpec = defineCommand({
	name: 'export',
	describe: 'Write a spec for OCI runtimes, Docker Compose, Kubernetes, or systemd',
	examples: [
		['tsbox export oci shop.yaml bundle web', 'a folder that OCI runtimes run: config.json, rootfs, and its lock'],
		['tsbox export compose shop.yaml > compose.yaml', 'then: docker compose up'],
		['tsbox export k8s shop.yaml > shop.k8s.yaml', 'then: kubectl apply -f shop.k8s.yaml'],
		['tsbox export systemd shop.yaml > /etc/systemd/system/tsbox-shop.service', 'starts the services at boot'],
		['tsbox export systemd --user shop.yaml', 'for one user'],
	],
	options,
	positionals: [
		{
			name: 'KIND',
			describe: 'What to write',
			required: true,
			choices: ['oci', 'compose', 'k8s', 'systemd'],
			completes: 'none',
		},
		optionalSpec,
		{name: 'FOLDER', describe: 'oci: the folder of the bundle, which does not exist yet', completes: 'file'},
		{...serviceName, describe: 'oci: the service, if the spec has several'},
	],
	async run({values, positionals: [kind, file, folder, service]}, context) {
		if (kind !== 'oci' && folder !== undefined)
			throw usageError(`\`export ${kind}\` prints to standard output, and takes no folder`, undefined, 'export');
		if (kind === 'oci') return writeBundle(values, {file, folder, service}, context);
		const {io, engine, folders} = context;
		const request = {
			cwd: io.cwd,
			env: io.env,
			profiles: values.profile,
			...present({file, config: folders.config}),
		};
		if (kind === 'compose') return printCompose(request, context);
		const project = await engine.loadProject(request);
		await (kind === 'k8s' ? printManifests(project, io) : printUnit(project, values, context));
		return 0;
	},
});

async function writeBundle(
	values: Values<typeof options>,
	{file, folder, service}: {readonly [Name in 'file' | 'folder' | 'service']: string | undefined},
	context: Context,
): Promise<number> {
	const {io, engine, folders} = context;
	if (file === undefined || folder === undefined)
		throw usageError('`export oci` needs a spec and the folder of the bundle', undefined, 'export');
	const machine = await engine.openMachine(folders);
	const stop = stopSignals(io, 'the export');
	try {
		const builder = {build: false, json: false, plain: values.plain, 'best-effort': false};
		const written = await engine.writeBundle(machine, {
			spec: {cwd: io.cwd, env: io.env, profiles: values.profile, ...present({file, service})},
			folder,
			signal: stop.signal,
			tell: text => tell(io, text),
			buildImage: imageBuilder(context, builder, stop),
		});
		for (const note of written.notes) tell(io, `note: ${note}`);
		tell(io, `wrote ${written.service} to ${shownPath(written.folder, io.cwd)}`);
		return 0;
	} finally {
		stop.close();
	}
}

async function printCompose(request: SpecRequest, {io, engine}: Context): Promise<number> {
	const {model, project} = await engine.loadModel(request, {}, true);
	if (project === undefined) throw new TypeError('the files were not checked');
	const {composeFile} = await import('../../export/compose-file.ts');
	const {modelYaml} = await import('../../spec/resolved/model-yaml.ts');
	const {model: file, notes} = composeFile(model, project);
	for (const note of notes) tell(io, `note: ${note}`);
	io.out(modelYaml(file));
	return 0;
}

/** The largest file that goes into a ConfigMap, bytes: the limit of the API. */
const largestConfig = 1024 * 1024;

async function printManifests(project: Project, io: Io): Promise<void> {
	const {manifests} = await import('../../export/kubernetes/manifests.ts');
	const host = realHost();
	const readFile = (path: string): Buffer | undefined => {
		const stat = host.stat(path);
		return stat?.kind === 'file' && stat.size <= largestConfig ? host.readBytes(path, 0, stat.size) : undefined;
	};
	const active = project.active ?? project.services.map(each => each.service);
	const {objects, notes} = manifests(project, active, readFile);
	for (const note of notes) tell(io, `note: ${note}`);
	io.out(objects.map(object => yamlText({...object})).join('---\n'));
}

async function printUnit(
	project: Project,
	{user}: Values<typeof options>,
	{io, engine, folders}: Context,
): Promise<void> {
	// A system unit runs as root, even if a user writes it, so that it must not use the user's folders.
	const {dirs} = await engine.openMachine({...folders, planOnly: true, forRoot: !user});
	const {systemdUnit} = await import('../../export/systemd-unit.ts');
	io.out(
		systemdUnit({
			project: project.name,
			spec: project.file,
			tsbox: startWords(programOf(io)),
			store: dirs.store,
			state: dirs.state,
			needs: project.services.flatMap(({rootfs, volumes}) => [
				...('path' in rootfs ? [rootfs.path] : []),
				...volumes.flatMap(volume => (volume.type === 'bind' ? [volume.source] : [])),
			]),
			user,
		}),
	);
}
