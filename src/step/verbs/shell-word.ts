export {shellCommand, shellWord} from '../../spec/syntax/shell-words.ts';
