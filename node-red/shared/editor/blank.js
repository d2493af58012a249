/** Whether a property says nothing; a config node that is still to be added is `_ADD_`. */
const blank = (value) => value === undefined || value === null || String(value).trim() === '' || value === '_ADD_';
