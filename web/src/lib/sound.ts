// A short sound, made by the browser itself: no file has to come from anywhere.

/** Two notes, the second a fourth higher. */
const NOTES = [659.25, 880];
const NOTE_SECONDS = 0.16;
const LOUDNESS = 0.12;
/** However much happens, one sound tells of it. */
const QUIET_MS = 2_500;
const LOCK = "command-center-sound";

let context: AudioContext | null = null;

/** Sounds in one of the open pages of a person. Before somebody touched the page browsers keep it silent. */
export function ring(): void {
  if (typeof AudioContext === "undefined") return;
  const sounding = () => {
    play();
    return new Promise<void>((done) => setTimeout(done, QUIET_MS));
  };
  if (!navigator.locks) {
    play();
    return;
  }
  void navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? sounding() : null));
}

function play(): void {
  context ??= new AudioContext();
  const sound = context;
  void sound.resume().catch(() => undefined);
  NOTES.forEach((pitch, index) => {
    const start = sound.currentTime + index * NOTE_SECONDS;
    const end = start + NOTE_SECONDS * 2;
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.type = "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, end);
    tone.connect(volume).connect(sound.destination);
    tone.start(start);
    tone.stop(end);
  });
}
