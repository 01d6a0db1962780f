// The part "file": a file over its field's limit is told before it is sent, and is not sent.
for (const input of document.querySelectorAll("input[data-most]")) {
  const line = document.getElementById("l-" + input.name),
    told = document.getElementById("e-" + input.name);
  const look = () => {
    const large = [...input.files].some((file) => file.size > Number(input.dataset.most));
    input.setCustomValidity(large ? line.textContent.trim() : "");
    line.hidden = !large;
    if (told && input.files.length) told.hidden = true; // it was about the file before
  };
  input.addEventListener("change", look);
  look(); // one chosen before this script had come
}
