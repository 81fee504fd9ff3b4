/* The views in one place: they are bundled together, as all of them need Ink (build.mjs). */
export {startDash} from './dash/start-dash.ts';
export {drawProgress} from './draw-progress.tsx';
