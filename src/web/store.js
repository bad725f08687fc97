// What this browser remembers (language, name, sound). A browser that forbids it just forgets.

export function remember(key, value) {
  try {
    localStorage.setItem(`shikumen.${key}`, value);
  } catch {
    /* forgets */
  }
}

export function recall(key, otherwise = null) {
  try {
    return localStorage.getItem(`shikumen.${key}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}
