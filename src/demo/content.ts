/**
 * What a French teacher's account looks like: class folders, lessons, scans, marks, a shared folder
 * of the school's head, and one large recording. The same every time, and cheap: contents of one
 * kind share their bytes but for a head of their own, the recording is a sparse file with a
 * pattern in each of its megabytes.
 */
import {
  mkdirSync,
  closeSync,
  ftruncateSync,
  openSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { documentBytes } from './content-bytes.js';

const MIB = 1024 * 1024;

/** The folder that `main.ts` serves as a share of the head of the school. */
export const SHARED_FOLDER = 'Partagé par la direction';

export interface TeacherContentOptions {
  /** About so many files in all; every class gets the same. */
  readonly files?: number;
  /** The recording. 0 leaves it out. */
  readonly bigFileBytes?: number;
}

const CLASSES = [
  '6ᵉ B',
  '5e A',
  '4e C #projets',
  '3e D – brevet',
  '2nde 4 & 5',
  'Tale G+',
] as const;

const SUBJECTS = [
  'Séquence 1 – Le récit',
  "Séquence 2 – L'argumentation",
  'Évaluations (50% de la note)',
  'Sorties & voyages',
  'Travaux rendus ✏️',
  'Corrigés',
] as const;

const TITLES = [
  'Dictée n° {n}.odt',
  'Étude de texte {n} – « Le Horla ».odt',
  'Contrôle #{n}.pdf',
  'Fiche élève {n} (à compléter).pdf',
  'Barème {n} = 20+5 bonus.ods',
  'Photo tableau {n}.jpg',
  'Scan_{n}.jpg',
  'Réponses à l’enquête {n} ; 100%.csv',
  'notes {n}.txt',
  'Diaporama {n} 🎭.odp',
] as const;

/** Names that clients are known to stumble over. */
const CURIOSITIES: readonly string[] = [
  'À lire d’abord !.txt',
  'Élèves/Œuvres complètes, naïves & ñandús.txt',
  'Élèves/100% réussi #1 + bonus?.txt',
  'Élèves/[brouillon] {v2} ~final~.txt',
  'Élèves/😀 emploi du temps 🏫.pdf',
  'Élèves/nom avec  deux espaces.txt',
  'Élèves/a%20b%2Fc.txt',
  'Élèves/guillemets "droits" et <chevrons>.txt',
  'Élèves/.caché.txt',
  'Élèves/sans extension',
  'Élèves/vide.txt',
  'Élèves/日本語 – correspondants.odt',
  `Élèves/${'très-long-'.repeat(20)}nom.txt`,
];

const FIRST_DAY_S = Date.UTC(2025, 8, 1, 8) / 1000;
const DAY_S = 86_400;

/** Fills an empty folder. */
export function writeTeacherContent(folder: string, options: TeacherContentOptions = {}): void {
  const { files = 3_000, bigFileBytes = 300 * MIB } = options;
  mkdirSync(folder, { recursive: true });
  for (const name of CURIOSITIES) writeOne(folder, name, 0);
  for (const name of ['Note de rentrée.pdf', 'Calendrier 2025-2026.ods', 'Règlement.odt']) {
    writeOne(folder, `${SHARED_FOLDER}/${name}`, 1);
  }
  if (bigFileBytes > 0) {
    writeBigFile(path.join(folder, 'Vidéos', 'Sortie théâtre – captation.mp4'), bigFileBytes);
  }
  const places = CLASSES.flatMap((name) => SUBJECTS.map((subject) => `${name}/${subject}`));
  for (let index = 0; index < files; index += 1) {
    const place = places[index % places.length] ?? '';
    const round = Math.floor(index / places.length);
    const title = TITLES[round % TITLES.length] ?? '';
    writeOne(folder, `${place}/${title.replace('{n}', String(round + 1))}`, index);
  }
}

/** `files` small files in folders of a hundred, for measurements. */
export function generateTree(folder: string, { files }: { readonly files: number }): void {
  for (let index = 0; index < files; index += 1) {
    writeOne(folder, `arbre/dossier ${Math.floor(index / 100)}/fichier ${index}.txt`, index);
  }
}

function writeOne(folder: string, name: string, seed: number): void {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, documentBytes(path.basename(name), seed));
  const time = FIRST_DAY_S + (seed % 300) * DAY_S + (seed % 36_000);
  utimesSync(file, time, time);
}

/** Sparse: a line that says where it stands at the start of each megabyte, holes between. */
function writeBigFile(file: string, bytes: number): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const descriptor = openSync(file, 'w');
  try {
    ftruncateSync(descriptor, bytes);
    for (let at = 0; at < bytes; at += MIB) {
      const mark = Buffer.from(`Mio ${at / MIB} de la captation\n`);
      writeSync(descriptor, mark, 0, Math.min(mark.length, bytes - at), at);
    }
  } finally {
    closeSync(descriptor);
  }
  utimesSync(file, FIRST_DAY_S, FIRST_DAY_S);
}
