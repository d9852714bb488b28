'use strict';
/* The run, and how pieces of the page are made. Text of the run only ever becomes text nodes and attributes that are
 * named here: no markup is made from strings anywhere, and the page's policy forbids it. */

const run = JSON.parse(document.getElementById('data').textContent);

/* Kinds of cells in the order in which they matter. */
const KINDS = {
	fail: ['F', 'failed'],
	xpass: ['X', 'passed against expectation'],
	broken: ['B', 'broken'],
	flaky: ['~', 'flaky'],
	xfail: ['x', 'failed as expected'],
	skip: ['s', 'skipped'],
	pass: ['·', 'passed'],
};
const RED = new Set(['fail', 'xpass', 'broken']);

/* Where a cell lies: axis -> value. The id says it, unless the data does. */
function placeOf(cell) {
	const place = new Map();
	if (cell.at) {
		for (let i = 0; i + 1 < cell.at.length; i += 2)
			place.set(cell.at[i], cell.at[i + 1]);
		return place;
	}
	const colon = cell.id.indexOf(':');
	for (const pair of colon < 0 ? [] : cell.id.slice(colon + 1).split(',')) {
		const equal = pair.indexOf('=');
		place.set(pair.slice(0, equal), pair.slice(equal + 1));
	}
	return place;
}

const axes = []; /* names, in the order of their appearance */
const byId = new Map();

for (const [index, cell] of run.cells.entries()) {
	const colon = cell.id.indexOf(':');
	cell.index = index;
	cell.case = colon < 0 ? cell.id : cell.id.slice(0, colon);
	cell.kind = cell.verdict === 'pass' && cell.flaky ? 'flaky' : cell.verdict;
	cell.place = placeOf(cell);
	cell.ruleList = cell.rules ? cell.rules.split(' ') : [];
	byId.set(cell.id, cell);
	for (const axis of cell.place.keys())
		if (!axes.includes(axis))
			axes.push(axis);
}

/* make('p', {class: 'note'}, 'text', node, ...): an element. Attributes that start with "on" are listeners. */
function make(name, attributes, ...children) {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes || {})) {
		if (key.startsWith('on'))
			element.addEventListener(key.slice(2), value);
		else if (value !== false && value !== null && value !== undefined)
			element.setAttribute(key, value === true ? '' : value);
	}
	element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
	return element;
}

/* A relative link into the run's folder, whatever its name looks like. */
function linkTo(folder, file) {
	const path = [...folder.split('/'), file].map(encodeURIComponent).join('/');
	return './' + run.links + path;
}

function seconds(value) {
	if (value >= 100)
		return value.toFixed(0) + ' s';
	if (value >= 1)
		return value.toFixed(1) + ' s';
	return value >= 0.001 ? (value * 1000).toFixed(0) + ' ms' : '0 ms';
}

function plural(count, word) {
	return count + ' ' + word + (count === 1 ? '' : 's');
}

/* The natural order of values: sizes by size, numbers in them by number. */
const collator = new Intl.Collator('en', {numeric: true});
function sizeOf(text) {
	const match = /^(\d+(?:\.\d+)?)([kmgt]?)$/i.exec(text);
	return match ? match[1] * 1024 ** ' kmgt'.indexOf(match[2].toLowerCase() || ' ') : NaN;
}
function inOrder(a, b) {
	const x = sizeOf(a), y = sizeOf(b);
	if (x !== y && !Number.isNaN(x) && !Number.isNaN(y))
		return x - y;
	if (Number.isNaN(x) !== Number.isNaN(y))
		return Number.isNaN(x) ? 1 : -1;
	return collator.compare(a, b);
}

/* What is wrong with a cell, or why it is as it is; one line. */
function wordsOf(cell) {
	if (cell.kind === 'skip' || cell.kind === 'xfail')
		return (cell.why || 'no reason given') + (cell.bug ? ' (' + cell.bug + ')' : '');
	if (cell.kind === 'xpass' && !cell.reason)
		return 'expected to fail, and did not: ' + (cell.why || '') + (cell.bug ? ' (' + cell.bug + ')' : '');
	if (cell.kind === 'flaky')
		return 'passed at attempt ' + (cell.attempts ? cell.attempts.length : '?') +
			(cell.attempts && cell.attempts[0].reason ? ', before that: ' + cell.attempts[0].reason : '');
	return cell.reason || (RED.has(cell.kind) ? 'no reason given' : '');
}

/* "layout I5d I6a", "hang", "": what a failure is filed under. */
function classOf(cell) {
	return [cell.class, ...cell.ruleList].filter(Boolean).join(' ');
}

/* Lists and tables grow when they are looked at. On paper all is there. */
const pending = new Map(); /* element -> what fills it */
const watcher = new IntersectionObserver((entries) => {
	for (const entry of entries)
		if (entry.isIntersecting)
			fillNow(entry.target);
}, {rootMargin: '900px'});

function fillNow(element) {
	const fill = pending.get(element);
	if (!fill)
		return;
	pending.delete(element);
	watcher.unobserve(element);
	fill();
}
function fillLater(element, fill) {
	pending.set(element, fill);
	watcher.observe(element);
}
function fillAll() {
	while (pending.size)
		fillNow(pending.keys().next().value);
}
function forgetPending() {
	watcher.disconnect();
	pending.clear();
}

function copyButton(text) {
	const button = make('button', {class: 'copy', type: 'button', 'aria-label': 'copy'}, 'copy');
	button.addEventListener('click', async () => {
		try {
			await navigator.clipboard.writeText(text);
			button.textContent = 'copied';
		} catch {
			getSelection().selectAllChildren(button.previousElementSibling);
			button.textContent = 'selected';
		}
	});
	return button;
}

function commandLine(text) {
	return make('div', {class: 'command'}, make('code', {}, text), copyButton(text));
}

/* A word as a shell takes it. */
function quoted(word) {
	return /^[\w@%+=:,.\/-]+$/.test(word) ? word : "'" + word.replaceAll("'", "'\\''") + "'";
}
function pathOf(cell, file) {
	const folder = run.folder.replace(/\/$/, '') + '/' + cell.folder;
	return quoted(file ? folder + '/' + file : folder);
}
