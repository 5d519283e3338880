<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
  <context>
    <name>AboutDialog</name>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>About SMIS Studio</source>
      <translation>Über SMIS Studio</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>An editor for semantic images built on GroupDNet</source>
      <translation>Ein Editor für semantische Bilder auf der Grundlage von GroupDNet</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>(Zhu, Xu, You, Bai: “Semantically Multi-modal Image Synthesis”, CVPR 2020).</source>
      <translation>(Zhu, Xu, You, Bai: „Semantically Multi-modal Image Synthesis“, CVPR 2020).</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Network: {0}</source>
      <translation>Netz: {0}</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>none loaded</source>
      <translation>keines geladen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Free software under the Apache License 2.0; the file LICENSE has its terms.</source>
      <translation>Freie Software unter der Apache-Lizenz 2.0; die Bedingungen stehen in der Datei LICENSE.</translation>
    </message>
  </context>
  <context>
    <name>Actions</name>
    <message>
      <location filename="../../app/actions.py" />
      <source>New...</source>
      <translation>Neu...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Open...</source>
      <translation>Öffnen...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Open photo...</source>
      <translation>Foto öffnen...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>New from clipboard</source>
      <translation>Neu aus der Zwischenablage</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Save as...</source>
      <translation>Speichern unter...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Export picture...</source>
      <translation>Bild exportieren...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Export label map...</source>
      <translation>Labelkarte exportieren...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Export layers...</source>
      <translation>Ebenen exportieren...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Apply styles to a folder...</source>
      <translation>Stile auf einen Ordner anwenden...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Quit</source>
      <translation>Beenden</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Undo</source>
      <translation>Rückgängig</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Redo</source>
      <translation>Wiederholen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Copy picture</source>
      <translation>Bild kopieren</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Swap the last two classes</source>
      <translation>Die letzten zwei Klassen tauschen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Smaller brush</source>
      <translation>Kleinerer Pinsel</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Larger brush</source>
      <translation>Größerer Pinsel</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Keyboard shortcuts...</source>
      <translation>Tastenkürzel...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Settings...</source>
      <translation>Einstellungen...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Reset all settings</source>
      <translation>Alle Einstellungen zurücksetzen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Brush</source>
      <translation>Pinsel</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Eraser</source>
      <translation>Radierer</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Fill</source>
      <translation>Füllen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Lasso</source>
      <translation>Lasso</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Polygon</source>
      <translation>Polygon</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Rectangle</source>
      <translation>Rechteck</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Ellipse</source>
      <translation>Ellipse</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Line</source>
      <translation>Linie</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Smooth outline</source>
      <translation>Umriss glätten</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Move and scale region</source>
      <translation>Fläche verschieben und skalieren</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Magic wand</source>
      <translation>Zauberstab</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Eyedropper</source>
      <translation>Pipette</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Mirror strokes</source>
      <translation>Striche spiegeln</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>New style for this class</source>
      <translation>Neuer Stil für diese Klasse</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>New styles for all classes</source>
      <translation>Neue Stile für alle Klassen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>More like this</source>
      <translation>Mehr davon</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Reset style of this class</source>
      <translation>Stil dieser Klasse zurücksetzen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Reset all styles</source>
      <translation>Alle Stile zurücksetzen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Copy style</source>
      <translation>Stil kopieren</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Paste style</source>
      <translation>Stil einfügen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Take styles from the photo again</source>
      <translation>Stile erneut vom Foto übernehmen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Fit the styles to the photo</source>
      <translation>Stile an das Foto anpassen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Take the outlines as the photo's own</source>
      <translation>Umrisse als die des Fotos übernehmen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Keep the photo outside of edits</source>
      <translation>Foto außerhalb der Änderungen behalten</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Everything from the network</source>
      <translation>Alles vom Netz</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>This class from the network</source>
      <translation>Diese Klasse vom Netz</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Width of the seam...</source>
      <translation>Breite der Naht...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Overlay</source>
      <translation>Überlagerung</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Outlines</source>
      <translation>Umrisse</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Side by side</source>
      <translation>Nebeneinander</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Before and after</source>
      <translation>Vorher und nachher</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Show or hide the overlay</source>
      <translation>Überlagerung ein- oder ausblenden</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Zoom in</source>
      <translation>Vergrößern</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Zoom out</source>
      <translation>Verkleinern</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Fit</source>
      <translation>Einpassen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>100 %</source>
      <translation>100 %</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Zoom to the class</source>
      <translation>Auf die Klasse zoomen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Full screen</source>
      <translation>Vollbild</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Rulers</source>
      <translation>Lineale</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Show or hide the docks</source>
      <translation>Seitenleisten ein- oder ausblenden</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Go to the next area</source>
      <translation>Zum nächsten Bereich</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Reset layout</source>
      <translation>Anordnung zurücksetzen</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Theme of the system</source>
      <translation>Design des Systems</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Light theme</source>
      <translation>Helles Design</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Dark theme</source>
      <translation>Dunkles Design</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Language of the system</source>
      <translation>Sprache des Systems</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Choose network...</source>
      <translation>Netz wählen...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Import released checkpoint...</source>
      <translation>Veröffentlichten Checkpoint importieren...</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Keys at a glance</source>
      <translation>Tasten auf einen Blick</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Short tour</source>
      <translation>Kurzer Rundgang</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>About</source>
      <translation>Über SMIS Studio</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Pan (held)</source>
      <translation>Verschieben (gedrückt halten)</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Photo before editing (held)</source>
      <translation>Foto vor der Bearbeitung (gedrückt halten)</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Pick class {0}</source>
      <translation>Klasse {0} wählen</translation>
    </message>
  </context>
  <context>
    <name>BatchDialog</name>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Apply styles to a folder</source>
      <translation>Stile auf einen Ordner anwenden</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Every label map or photo of a folder gets the styles of this document. The rest of a photo stays.</source>
      <translation>Jede Labelkarte und jedes Foto eines Ordners bekommt die Stile dieses Dokuments. Der Rest eines Fotos bleibt, wie er ist.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Folder of maps or photos</source>
      <translation>Ordner mit Labelkarten oder Fotos</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Folder for the pictures</source>
      <translation>Ordner für die Bilder</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>From</source>
      <translation>Von</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>To</source>
      <translation>Nach</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Report</source>
      <translation>Bericht</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Start</source>
      <translation>Start</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Choose both folders first.</source>
      <translation>Zuerst beide Ordner wählen.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Rendering the folder</source>
      <translation>Ordner wird gezeichnet</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Stopping after this file...</source>
      <translation>Wird nach dieser Datei angehalten...</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>Cancelled: {0} written, {1} failed.</source>
      <translation>Abgebrochen: {0} geschrieben, {1} fehlgeschlagen.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/batch.py" />
      <source>{0} written, {1} failed.</source>
      <translation>{0} geschrieben, {1} fehlgeschlagen.</translation>
    </message>
  </context>
  <context>
    <name>CanvasSurface</name>
    <message>
      <location filename="../../app/canvas/surface.py" />
      <source>Canvas</source>
      <translation>Leinwand</translation>
    </message>
    <message>
      <location filename="../../app/canvas/surface.py" />
      <source>Loading the network</source>
      <translation>Netz wird geladen</translation>
    </message>
    <message>
      <location filename="../../app/canvas/surface.py" />
      <source>Rendering</source>
      <translation>Wird gezeichnet</translation>
    </message>
  </context>
  <context>
    <name>ClassDelegate</name>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Show or hide this class in the overlay</source>
      <translation>Diese Klasse in der Überlagerung ein- oder ausblenden</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Lock the style: dice, photos and sliders leave it alone</source>
      <translation>Stil sperren: Würfel, Fotos und Regler ändern ihn nicht</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Protect: painting leaves these pixels alone</source>
      <translation>Schützen: Malen ändert diese Pixel nicht</translation>
    </message>
  </context>
  <context>
    <name>Classes</name>
    <message>
      <location filename="../../app/naming.py" />
      <source>background</source>
      <translation>Hintergrund</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>hair</source>
      <translation>Haare</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>face</source>
      <translation>Gesicht</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>skin</source>
      <translation>Haut</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>hat</source>
      <translation>Hut</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>eyewear</source>
      <translation>Brille</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>top</source>
      <translation>Oberteil</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>outerwear</source>
      <translation>Jacke, Mantel</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>dress</source>
      <translation>Kleid</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>skirt</source>
      <translation>Rock</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>trousers</source>
      <translation>Hose</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>legwear</source>
      <translation>Strümpfe</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>shoes</source>
      <translation>Schuhe</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>bag</source>
      <translation>Tasche</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>scarf</source>
      <translation>Schal</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>accessory</source>
      <translation>Accessoire</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>top clothes</source>
      <translation>Oberteil</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>bottom clothes</source>
      <translation>Unterteil</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>socks</source>
      <translation>Socken</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>unlabeled</source>
      <translation>ohne Klasse</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>ego vehicle</source>
      <translation>eigenes Fahrzeug</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>rectification border</source>
      <translation>Rand der Entzerrung</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>out of roi</source>
      <translation>außerhalb</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>static</source>
      <translation>Unbewegtes</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>dynamic</source>
      <translation>Bewegtes</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>ground</source>
      <translation>Boden</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>road</source>
      <translation>Straße</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>sidewalk</source>
      <translation>Gehweg</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>parking</source>
      <translation>Parkplatz</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>rail track</source>
      <translation>Gleise</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>building</source>
      <translation>Gebäude</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>wall</source>
      <translation>Mauer</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>fence</source>
      <translation>Zaun</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>guard rail</source>
      <translation>Leitplanke</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>bridge</source>
      <translation>Brücke</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>tunnel</source>
      <translation>Tunnel</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>pole</source>
      <translation>Mast</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>polegroup</source>
      <translation>Mastgruppe</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>traffic light</source>
      <translation>Ampel</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>traffic sign</source>
      <translation>Verkehrsschild</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>vegetation</source>
      <translation>Pflanzen</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>terrain</source>
      <translation>Gelände</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>sky</source>
      <translation>Himmel</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>person</source>
      <translation>Person</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>rider</source>
      <translation>Fahrer</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>car</source>
      <translation>Auto</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>truck</source>
      <translation>Lastwagen</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>bus</source>
      <translation>Bus</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>caravan</source>
      <translation>Wohnwagen</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>trailer</source>
      <translation>Anhänger</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>train</source>
      <translation>Zug</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>motorcycle</source>
      <translation>Motorrad</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>bicycle</source>
      <translation>Fahrrad</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>license plate</source>
      <translation>Nummernschild</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>unknown</source>
      <translation>unbekannt</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>floor</source>
      <translation>Fußboden</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>tree</source>
      <translation>Baum</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>ceiling</source>
      <translation>Zimmerdecke</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>bed</source>
      <translation>Bett</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>windowpane</source>
      <translation>Fenster</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>grass</source>
      <translation>Gras</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>cabinet</source>
      <translation>Schrank</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>earth</source>
      <translation>Erde</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>door</source>
      <translation>Tür</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>table</source>
      <translation>Tisch</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>mountain</source>
      <translation>Berg</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>plant</source>
      <translation>Pflanze</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>curtain</source>
      <translation>Vorhang</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>chair</source>
      <translation>Stuhl</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>water</source>
      <translation>Wasser</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>painting</source>
      <translation>Gemälde</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>sofa</source>
      <translation>Sofa</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>shelf</source>
      <translation>Regal</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>house</source>
      <translation>Haus</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>sea</source>
      <translation>Meer</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>mirror</source>
      <translation>Spiegel</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>rug</source>
      <translation>Teppich</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>field</source>
      <translation>Feld</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>armchair</source>
      <translation>Sessel</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>seat</source>
      <translation>Sitz</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>desk</source>
      <translation>Schreibtisch</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>rock</source>
      <translation>Fels</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>wardrobe</source>
      <translation>Kleiderschrank</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>lamp</source>
      <translation>Lampe</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>bathtub</source>
      <translation>Badewanne</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>railing</source>
      <translation>Geländer</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>cushion</source>
      <translation>Polster</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>base</source>
      <translation>Sockel</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>box</source>
      <translation>Kiste</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>column</source>
      <translation>Säule</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>signboard</source>
      <translation>Schild</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>chest of drawers</source>
      <translation>Kommode</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>counter</source>
      <translation>Theke</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>sand</source>
      <translation>Sand</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>sink</source>
      <translation>Waschbecken</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>skyscraper</source>
      <translation>Hochhaus</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>fireplace</source>
      <translation>Kamin</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>refrigerator</source>
      <translation>Kühlschrank</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>grandstand</source>
      <translation>Tribüne</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>path</source>
      <translation>Weg</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>stairs</source>
      <translation>Treppe</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>runway</source>
      <translation>Landebahn</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>case</source>
      <translation>Vitrine</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>pool table</source>
      <translation>Billardtisch</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>pillow</source>
      <translation>Kissen</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>screen door</source>
      <translation>Fliegengittertür</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>stairway</source>
      <translation>Treppenaufgang</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>river</source>
      <translation>Fluss</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>bookcase</source>
      <translation>Bücherregal</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>blind</source>
      <translation>Jalousie</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>coffee table</source>
      <translation>Couchtisch</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>toilet</source>
      <translation>Toilette</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>flower</source>
      <translation>Blume</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>book</source>
      <translation>Buch</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>hill</source>
      <translation>Hügel</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>bench</source>
      <translation>Bank</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>countertop</source>
      <translation>Arbeitsplatte</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>stove</source>
      <translation>Herd</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>palm</source>
      <translation>Palme</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>kitchen island</source>
      <translation>Kücheninsel</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>computer</source>
      <translation>Computer</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>swivel chair</source>
      <translation>Drehstuhl</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>boat</source>
      <translation>Boot</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>bar</source>
      <translation>Bar</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>arcade machine</source>
      <translation>Spielautomat</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>hovel</source>
      <translation>Hütte</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>towel</source>
      <translation>Handtuch</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>light</source>
      <translation>Leuchte</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>tower</source>
      <translation>Turm</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>chandelier</source>
      <translation>Kronleuchter</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>awning</source>
      <translation>Markise</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>streetlight</source>
      <translation>Straßenlaterne</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>booth</source>
      <translation>Kabine</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>television receiver</source>
      <translation>Fernseher</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>airplane</source>
      <translation>Flugzeug</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>dirt track</source>
      <translation>Feldweg</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>apparel</source>
      <translation>Kleidung</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>land</source>
      <translation>Land</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>bannister</source>
      <translation>Treppengeländer</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>escalator</source>
      <translation>Rolltreppe</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>ottoman</source>
      <translation>Polsterhocker</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>bottle</source>
      <translation>Flasche</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>buffet</source>
      <translation>Anrichte</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>poster</source>
      <translation>Plakat</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>stage</source>
      <translation>Bühne</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>van</source>
      <translation>Kleinbus</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>ship</source>
      <translation>Schiff</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>fountain</source>
      <translation>Springbrunnen</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>conveyer belt</source>
      <translation>Förderband</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>canopy</source>
      <translation>Baldachin</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>washer</source>
      <translation>Waschmaschine</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>plaything</source>
      <translation>Spielzeug</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>swimming pool</source>
      <translation>Schwimmbecken</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>stool</source>
      <translation>Hocker</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>barrel</source>
      <translation>Fass</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>basket</source>
      <translation>Korb</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>waterfall</source>
      <translation>Wasserfall</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>tent</source>
      <translation>Zelt</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>minibike</source>
      <translation>Moped</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>cradle</source>
      <translation>Wiege</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>oven</source>
      <translation>Backofen</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>ball</source>
      <translation>Ball</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>food</source>
      <translation>Essen</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>step</source>
      <translation>Stufe</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>tank</source>
      <translation>Tank</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>trade name</source>
      <translation>Firmenname</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>microwave</source>
      <translation>Mikrowelle</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>pot</source>
      <translation>Topf</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>animal</source>
      <translation>Tier</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>lake</source>
      <translation>See</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>dishwasher</source>
      <translation>Geschirrspüler</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>screen</source>
      <translation>Leinwand</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>blanket</source>
      <translation>Wolldecke</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>sculpture</source>
      <translation>Skulptur</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>hood</source>
      <translation>Dunstabzug</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>sconce</source>
      <translation>Wandleuchte</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>vase</source>
      <translation>Vase</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>tray</source>
      <translation>Tablett</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>ashcan</source>
      <translation>Mülleimer</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>fan</source>
      <translation>Ventilator</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>pier</source>
      <translation>Pier</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>crt screen</source>
      <translation>Röhrenbildschirm</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>plate</source>
      <translation>Teller</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>monitor</source>
      <translation>Monitor</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>bulletin board</source>
      <translation>Pinnwand</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>shower</source>
      <translation>Dusche</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>radiator</source>
      <translation>Heizkörper</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>glass</source>
      <translation>Glas</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>clock</source>
      <translation>Uhr</translation>
    </message>
    <message>
      <location filename="../../app/scene_names.py" />
      <source>flag</source>
      <translation>Fahne</translation>
    </message>
  </context>
  <context>
    <name>ClassesPanel</name>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Search classes</source>
      <translation>Klassen suchen</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Painting changes this class alone; a click ends that</source>
      <translation>Gemalt wird nur in dieser Klasse; ein Klick beendet das</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Classes</source>
      <translation>Klassen</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Painting only over {0}</source>
      <translation>Nur über {0} malen</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Hide in the overlay</source>
      <translation>In der Überlagerung ausblenden</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Lock style</source>
      <translation>Stil sperren</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Protect from painting</source>
      <translation>Vor Übermalen schützen</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Paint only over this class</source>
      <translation>Nur über diese Klasse malen</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Hide all others</source>
      <translation>Alle anderen ausblenden</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Show all</source>
      <translation>Alle einblenden</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Colour...</source>
      <translation>Farbe...</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Reset colour</source>
      <translation>Farbe zurücksetzen</translation>
    </message>
    <message>
      <location filename="../../app/panels/classes.py" />
      <source>Colour of {0}</source>
      <translation>Farbe von {0}</translation>
    </message>
  </context>
  <context>
    <name>EditCommands</name>
    <message>
      <location filename="../../app/commands/edit.py" />
      <source>There is no picture to copy yet.</source>
      <translation>Es gibt noch kein Bild zum Kopieren.</translation>
    </message>
    <message>
      <location filename="../../app/commands/edit.py" />
      <source>Picture copied.</source>
      <translation>Bild kopiert.</translation>
    </message>
    <message>
      <location filename="../../app/commands/edit.py" />
      <source>All settings are back to their defaults.</source>
      <translation>Alle Einstellungen sind zurückgesetzt.</translation>
    </message>
    <message>
      <location filename="../../app/commands/edit.py" />
      <source>Undo</source>
      <translation>Rückgängig</translation>
    </message>
  </context>
  <context>
    <name>Errors</name>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>polygons are always mapped by name</source>
      <translation>Polygone werden immer nach Namen zugeordnet</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>ids of another set are always mapped by name</source>
      <translation>Nummern eines anderen Satzes werden immer nach Namen zugeordnet</translation>
    </message>
    <message>
      <location filename="../../app/document/foreign.py" />
      <source>{source} has {count} different values, which is more than a label map has</source>
      <translation>{source} hat {count} verschiedene Werte, mehr als eine Labelkarte hat</translation>
    </message>
    <message>
      <location filename="../../app/document/foreign.py" />
      <source>{source} is damaged: {error!r}</source>
      <translation>{source} ist beschädigt: {error!r}</translation>
    </message>
    <message>
      <location filename="../../app/document/foreign.py" />
      <source>{source} is neither a labelme nor a COCO file</source>
      <translation>{source} ist weder eine labelme- noch eine COCO-Datei</translation>
    </message>
    <message>
      <location filename="../../app/document/foreign.py" />
      <source>{source} holds run-length masks; only COCO polygons can be read</source>
      <translation>{source} enthält lauflängenkodierte Masken; von COCO lassen sich nur Polygone lesen</translation>
    </message>
    <message>
      <location filename="../../app/document/layers.py" />
      <source>{target} must end in .psd or .ora to be written as layers</source>
      <translation>{target} muss auf .psd oder .ora enden, um als Ebenen geschrieben zu werden</translation>
    </message>
    <message>
      <location filename="../../app/document/project.py" />
      <source>{source} does not exist</source>
      <translation>{source} gibt es nicht</translation>
    </message>
    <message>
      <location filename="../../app/document/project.py" />
      <source>{source} is not a readable project file: {error}</source>
      <translation>{source} ist keine lesbare Projektdatei: {error}</translation>
    </message>
    <message>
      <location filename="../../app/document/project.py" />
      <source>{source} is a zip file but not a project of this program</source>
      <translation>{source} ist eine Zip-Datei, aber kein Projekt dieses Programms</translation>
    </message>
    <message>
      <location filename="../../app/document/project.py" />
      <source>{source} was written by a later version of this program (format {version})</source>
      <translation>{source} wurde von einer neueren Version dieses Programms geschrieben (Format {version})</translation>
    </message>
    <message>
      <location filename="../../app/document/project.py" />
      <source>{source} holds two label maps of different sizes</source>
      <translation>{source} enthält zwei Labelkarten verschiedener Größe</translation>
    </message>
    <message>
      <location filename="../../app/document/project.py" />
      <source>{source} holds styles of shape {shape}, which do not fit its {count} classes</source>
      <translation>{source} enthält Stile der Form {shape}, die nicht zu seinen {count} Klassen passen</translation>
    </message>
    <message>
      <location filename="../../app/document/project.py" />
      <source>{source} holds copied regions of another size than its map</source>
      <translation>{source} enthält kopierte Bereiche in anderer Größe als seine Labelkarte</translation>
    </message>
    <message>
      <location filename="../../app/document/recovery.py" />
      <source>{folder} cannot be made for recovery files: {reason}</source>
      <translation>{folder} kann nicht für Wiederherstellungsdateien angelegt werden: {reason}</translation>
    </message>
    <message>
      <location filename="../../app/document/recovery.py" />
      <source>{target} cannot be written: {reason}</source>
      <translation>{target} kann nicht geschrieben werden: {reason}</translation>
    </message>
    <message>
      <location filename="../../app/document/styling.py" />
      <source>the clipboard holds no style</source>
      <translation>die Zwischenablage enthält keinen Stil</translation>
    </message>
    <message>
      <location filename="../../app/document/styling.py" />
      <source>the copied style has the shape {found}, but this network's styles have {wanted}</source>
      <translation>der kopierte Stil hat die Form {found}, die Stile dieses Netzes haben aber {wanted}</translation>
    </message>
    <message>
      <location filename="../../app/rendering/batch.py" />
      <source>{folder} cannot be read: {reason}</source>
      <translation>{folder} kann nicht gelesen werden: {reason}</translation>
    </message>
    <message>
      <location filename="../../app/rendering/batch.py" />
      <source>{folder} holds no images</source>
      <translation>{folder} enthält keine Bilder</translation>
    </message>
    <message>
      <location filename="../../app/rendering/batch.py" />
      <source>{target} cannot be made: {reason}</source>
      <translation>{target} kann nicht angelegt werden: {reason}</translation>
    </message>
    <message>
      <location filename="../../app/rendering/batch.py" />
      <source>{path} shows no person that could be found</source>
      <translation>auf {path} wurde keine Person gefunden</translation>
    </message>
    <message>
      <location filename="../../app/rendering/loading.py" />
      <source>{folder} cannot be made: {reason}</source>
      <translation>{folder} kann nicht angelegt werden: {reason}</translation>
    </message>
    <message>
      <location filename="../../app/rendering/mixing.py" />
      <source>{bundle} takes no styles from photos: it has no parser or no encoder</source>
      <translation>{bundle} übernimmt keine Stile von Fotos: Parser oder Encoder fehlt</translation>
    </message>
    <message>
      <location filename="../../app/rendering/photos.py" />
      <source>{bundle} cannot open photos: it has no parser; open a label map instead</source>
      <translation>{bundle} kann keine Fotos öffnen, weil der Parser fehlt; eine Labelkarte lässt sich öffnen</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>no such file or directory</source>
      <translation>Datei oder Ordner nicht gefunden</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>permission denied</source>
      <translation>keine Berechtigung</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>operation not permitted</source>
      <translation>nicht erlaubt</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>no space left on device</source>
      <translation>auf dem Datenträger ist kein Platz mehr</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>disk quota exceeded</source>
      <translation>das Speicherkontingent ist erschöpft</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>read-only file system</source>
      <translation>das Dateisystem ist schreibgeschützt</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>file name too long</source>
      <translation>der Dateiname ist zu lang</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>input/output error</source>
      <translation>Ein- oder Ausgabefehler des Datenträgers</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>not a directory</source>
      <translation>kein Ordner</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>is a directory</source>
      <translation>das ist ein Ordner</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>device or resource busy</source>
      <translation>das Gerät ist belegt</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>too many open files</source>
      <translation>zu viele offene Dateien</translation>
    </message>
    <message>
      <location filename="../../app/telling.py" />
      <source>stale file handle</source>
      <translation>die Verbindung zur Datei ist verloren</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source} is damaged: {error}</source>
      <translation>{source} ist beschädigt: {error}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>no bundle of weights was found in {folders}</source>
      <translation>in {folders} wurde kein Netz gefunden</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>none</source>
      <translation>keine</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{path} is no bundle: it has no {manifest} (bundles that were found: {names})</source>
      <translation>{path} ist kein Netz: {manifest} fehlt (gefundene Netze: {names})</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>there is no bundle {name!r} (bundles that were found: {names})</source>
      <translation>das Netz {name!r} gibt es nicht (gefundene Netze: {names})</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source} is damaged: it has no {error}</source>
      <translation>{source} ist beschädigt: {error} fehlt</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{path} must hold mean and std, but holds {found}</source>
      <translation>{path} muss mean und std enthalten, enthält aber {found}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source}: the generator has {classes} classes, the label set {label_set} {count}</source>
      <translation>{source}: Der Generator hat {classes} Klassen, der Klassensatz {label_set} {count}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source}: the size {width} x {height} is no multiple of {divisor}</source>
      <translation>{source}: Die Größe {width} x {height} ist kein Vielfaches von {divisor}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source}: the encoder's codes do not fit the generator</source>
      <translation>{source}: Die Codes des Encoders passen nicht zum Generator</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source}: the {name} of the codes has the shape {shape}</source>
      <translation>{source}: {name} der Codes hat die Form {shape}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source}: the mean and std of the codes do not fit each other or are not finite</source>
      <translation>{source}: mean und std der Codes passen nicht zueinander oder sind nicht endlich</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source}: the {name} of the codes has the shape {shape} or is not finite</source>
      <translation>{source}: {name} der Codes hat die Form {shape} oder ist nicht endlich</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source}: the codes have a factor or a bank, but must have both or neither</source>
      <translation>{source}: Die Codes haben nur eines von factor und bank; nötig sind beide oder keines</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source} is no description of a bundle: it has no format number</source>
      <translation>{source} beschreibt kein Netz: Die Formatnummer fehlt</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{source} has format {format}, but this version of the program reads only up to {newest}</source>
      <translation>{source} hat Format {format}, diese Version des Programms liest aber nur bis {newest}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/bundle.py" />
      <source>{target} exists and is no bundle; nothing was written</source>
      <translation>{target} gibt es schon und ist kein Netz; es wurde nichts geschrieben</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} is a folder, not a checkpoint</source>
      <translation>{source} ist ein Ordner, kein Checkpoint</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} cannot be read: {reason}</source>
      <translation>{source} kann nicht gelesen werden: {reason}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} is damaged or cut short: {error}</source>
      <translation>{source} ist beschädigt oder abgeschnitten: {error}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} holds a {kind}, not the tensors of a network</source>
      <translation>{source} enthält {kind} statt der Tensoren eines Netzes</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} holds something else than a tensor under {wrong}</source>
      <translation>{source} enthält unter {wrong} etwas anderes als einen Tensor</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} is refused: besides tensors it needs {wanted}, and reading that could run code that the file brings along</source>
      <translation>{source} wird abgelehnt: Neben Tensoren braucht die Datei {wanted}, und das zu lesen könnte Code ausführen, den sie mitbringt</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} is refused: it is damaged or holds more than tensors ({error})</source>
      <translation>{source} wird abgelehnt: Die Datei ist beschädigt oder enthält mehr als Tensoren ({error})</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{path} holds no options</source>
      <translation>{path} enthält keine Optionen</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} lacks {layer}.{missing}</source>
      <translation>{source}: {layer}.{missing} fehlt</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} lacks {layer}.weight_u</source>
      <translation>{source}: {layer}.weight_u fehlt</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source} has {layer}.weight_u and weight_v of {first} and {second} numbers, but its weight needs {rows} and {columns}</source>
      <translation>{source}: {layer}.weight_u und weight_v haben {first} und {second} Zahlen, das Gewicht braucht aber {rows} und {columns}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{source}: the spectral norm of {layer} is {sigma}, which nothing can be divided by</source>
      <translation>{source}: Die Spektralnorm von {layer} ist {sigma}; dadurch lässt sich nicht teilen</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>the options describe no encoder, so {source} cannot be read</source>
      <translation>die Optionen beschreiben keinen Encoder, darum kann {source} nicht gelesen werden</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/importer.py" />
      <source>{options} describes the network {described}, not {wanted}</source>
      <translation>{options} beschreibt das Netz {described}, nicht {wanted}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{name!r} is no released network; there are {networks}</source>
      <translation>{name!r} ist kein veröffentlichtes Netz; es gibt {networks}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source} has no entry {error}</source>
      <translation>{source}: Der Eintrag {error} fehlt</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source} has an entry of the wrong kind: {error}</source>
      <translation>{source} hat einen Eintrag der falschen Art: {error}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source}: {error}</source>
      <translation>{source}: {error}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>z has {channels} channels, which {classes} classes do not share evenly</source>
      <translation>z hat {channels} Kanäle, die sich nicht gleichmäßig auf {classes} Klassen verteilen</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>a grid of {base_width} x {base_height} doubled {doublings} times is not a picture of {width} x {height}</source>
      <translation>ein Raster von {base_width} x {base_height}, {doublings}-mal verdoppelt, ergibt kein Bild von {width} x {height}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source} is not the released {network} network (others need an options.json): {error}</source>
      <translation>{source} ist nicht das veröffentlichte Netz {network} (andere brauchen eine options.json): {error}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source} is no generator of the released code: no block feeds conv_img</source>
      <translation>{source} ist kein Generator des veröffentlichten Codes: Kein Block führt zu conv_img</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source} is no encoder of the released code: it has no layer1</source>
      <translation>{source} ist kein Encoder des veröffentlichten Codes: layer1 fehlt</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source} gives codes of {channels} channels, but {network} takes {wanted}</source>
      <translation>{source} liefert Codes mit {channels} Kanälen, {network} braucht aber {wanted}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source} is not of the released code: it lacks {key} (it has {found})</source>
      <translation>{source} stammt nicht vom veröffentlichten Code: {key} fehlt (vorhanden: {found})</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source} is not of the released code: it lacks {layer}.weight_orig</source>
      <translation>{source} stammt nicht vom veröffentlichten Code: {layer}.weight_orig fehlt</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>{source}: {layer} takes {taken} channels a group, which do not divide {channels}; is it the network that was named?</source>
      <translation>{source}: {layer} nimmt {taken} Kanäle je Gruppe, die {channels} nicht teilen; ist es das genannte Netz?</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/official_config.py" />
      <source>nothing</source>
      <translation>nichts</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>{keys} and {more} more</source>
      <translation>{keys} und {more} weitere</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>it lacks {keys}</source>
      <translation>es fehlt {keys}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>it has the unknown {keys}</source>
      <translation>unbekannt ist {keys}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>it has {keys}</source>
      <translation>anders ist {keys}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>{first}; {second}</source>
      <translation>{first}; {second}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>{source} does not fit the network: {faults}</source>
      <translation>{source} passt nicht zum Netz: {faults}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>{source} holds numbers that are not finite in {keys}</source>
      <translation>{source} enthält Zahlen, die nicht endlich sind, in {keys}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>{path} does not exist</source>
      <translation>{path} gibt es nicht</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>{path} is no safetensors file, or is cut short: {error}</source>
      <translation>{path} ist keine safetensors-Datei oder ist abgeschnitten: {error}</translation>
    </message>
    <message>
      <location filename="../../model/checkpoints/state.py" />
      <source>{path} cannot be read: {reason}</source>
      <translation>{path} kann nicht gelesen werden: {reason}</translation>
    </message>
    <message>
      <location filename="../../model/engine/precision.py" />
      <source>The device must be one of {devices}, not {device}.</source>
      <translation>Das Gerät muss eines von {devices} sein, nicht {device}.</translation>
    </message>
    <message>
      <location filename="../../model/engine/precision.py" />
      <source>The device {device} was asked for, but this machine has {count} CUDA devices for torch.</source>
      <translation>Verlangt ist das Gerät {device}, dieser Rechner hat für torch aber {count} CUDA-Geräte.</translation>
    </message>
    <message>
      <location filename="../../model/engine/precision.py" />
      <source>The precision must be one of {precisions}, not {precision}.</source>
      <translation>Die Genauigkeit muss eine von {precisions} sein, nicht {precision}.</translation>
    </message>
    <message>
      <location filename="../../model/engine/precision.py" />
      <source>The precision float16 needs a CUDA device; use float32 or bfloat16 on the CPU.</source>
      <translation>Die Genauigkeit float16 braucht ein CUDA-Gerät; auf der CPU gibt es float32 und bfloat16.</translation>
    </message>
    <message>
      <location filename="../../model/files.py" />
      <source>{target} is a folder, not a file to write to</source>
      <translation>{target} ist ein Ordner, keine Datei, die sich schreiben lässt</translation>
    </message>
    <message>
      <location filename="../../model/files.py" />
      <source>{target} cannot be written: the folder {folder} does not exist</source>
      <translation>{target} kann nicht geschrieben werden: Den Ordner {folder} gibt es nicht</translation>
    </message>
    <message>
      <location filename="../../model/files.py" />
      <source>{source} is not valid JSON: {error}</source>
      <translation>{source} ist kein gültiges JSON: {error}</translation>
    </message>
    <message>
      <location filename="../../model/fitting.py" />
      <source>{labels_name} is {width} x {height} pixels, but {photo_name} is {photo_width} x {photo_height}</source>
      <translation>{labels_name} hat {width} x {height} Pixel, {photo_name} aber {photo_width} x {photo_height}</translation>
    </message>
    <message>
      <location filename="../../model/groupdnet/label_pyramid.py" />
      <source>Window tables need at most 120 classes and no instance edges.</source>
      <translation>Fenstertabellen brauchen höchstens 120 Klassen und keine Instanzkanten.</translation>
    </message>
    <message>
      <location filename="../../model/images.py" />
      <source>{source} is a folder, not an image</source>
      <translation>{source} ist ein Ordner, kein Bild</translation>
    </message>
    <message>
      <location filename="../../model/images.py" />
      <source>{source} has too many pixels to be opened safely (over 178 million)</source>
      <translation>{source} hat zu viele Pixel, um sicher geöffnet zu werden (über 178 Millionen)</translation>
    </message>
    <message>
      <location filename="../../model/images.py" />
      <source>{source} is no image that can be read (PNG, JPEG, WebP, TIFF, BMP, GIF)</source>
      <translation>{source} ist kein Bild, das sich lesen lässt (PNG, JPEG, WebP, TIFF, BMP, GIF)</translation>
    </message>
    <message>
      <location filename="../../model/images.py" />
      <source>{source} does not fit into memory ({width} x {height} pixels)</source>
      <translation>{source} passt nicht in den Speicher ({width} x {height} Pixel)</translation>
    </message>
    <message>
      <location filename="../../model/images.py" />
      <source>{target} must end in one of {known} to be written as a picture</source>
      <translation>{target} muss auf eines von {known} enden, um als Bild geschrieben zu werden</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>label set {label_set!r} has {count} classes; 1 to 256 are possible</source>
      <translation>der Klassensatz {label_set!r} hat {count} Klassen; möglich sind 1 bis 256</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>label set {label_set!r} names the class {name!r} twice</source>
      <translation>der Klassensatz {label_set!r} nennt die Klasse {name!r} zweimal</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>label set {label_set!r} has no class {background} for its background</source>
      <translation>der Klassensatz {label_set!r} hat keine Klasse {background} für seinen Hintergrund</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>label set {label_set!r} maps the value {value} to {index}, which is no class</source>
      <translation>der Klassensatz {label_set!r} ordnet den Wert {value} der {index} zu, die keine Klasse ist</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>label set {label_set!r} links a class twice, or links what is no class</source>
      <translation>der Klassensatz {label_set!r} verbindet eine Klasse zweimal oder etwas, das keine Klasse ist</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>label set {label_set!r} has a group of linked classes without any</source>
      <translation>der Klassensatz {label_set!r} hat eine leere Gruppe verbundener Klassen</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{name!r} is no class of {label_set}; it has {names}</source>
      <translation>{name!r} ist keine Klasse von {label_set}; es gibt {names}</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source} holds no list of classes</source>
      <translation>{source} enthält keine Liste von Klassen</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source}: class {position} has no name</source>
      <translation>{source}: Klasse {position} hat keinen Namen</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source}: class {position} ({name!r}) has the index {index}</source>
      <translation>{source}: Klasse {position} ({name!r}) hat die Nummer {index}</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source}: background and file_values must be whole numbers</source>
      <translation>{source}: background und file_values müssen ganze Zahlen sein</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source}: linked must hold lists of class names</source>
      <translation>{source}: linked muss Listen von Klassennamen enthalten</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source} has no colour of the form #rrggbb</source>
      <translation>{source} hat keine Farbe der Form #rrggbb</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{name!r} is no built-in label set; there are {known}</source>
      <translation>{name!r} ist kein eingebauter Klassensatz; es gibt {known}</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source} is a JPEG, whose compression alters class values; a label map must be a PNG</source>
      <translation>{source} ist ein JPEG, dessen Kompression die Werte der Klassen verändert; eine Labelkarte muss ein PNG sein</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source} has the colour {color} at x={x}, y={y} ({count} such pixels in all), which is no class colour of {label_set}</source>
      <translation>{source} hat bei x={x}, y={y} die Farbe {color} ({count} solche Pixel insgesamt), die keine Klassenfarbe von {label_set} ist</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source} is no label map: it has the shape {shape} and type {dtype}</source>
      <translation>{source} ist keine Labelkarte: Die Datei hat die Form {shape} und den Typ {dtype}</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source} is a black and white mask (0 and 255), not a label map of {label_set}</source>
      <translation>{source} ist eine Schwarz-Weiß-Maske (0 und 255), keine Labelkarte von {label_set}</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{source} has the value {value} at x={x}, y={y} ({count} such pixels in all), but {label_set} has only the classes 0 to {last}</source>
      <translation>{source} hat bei x={x}, y={y} den Wert {value} ({count} solche Pixel insgesamt), {label_set} hat aber nur die Klassen 0 bis {last}</translation>
    </message>
    <message>
      <location filename="../../model/labels.py" />
      <source>{target} must end in .png to be written as a label map</source>
      <translation>{target} muss auf .png enden, um als Labelkarte geschrieben zu werden</translation>
    </message>
    <message>
      <location filename="../../model/parsing/inference.py" />
      <source>one person</source>
      <translation>eine Person</translation>
    </message>
    <message>
      <location filename="../../model/parsing/inference.py" />
      <source>nobody</source>
      <translation>niemanden</translation>
    </message>
    <message>
      <location filename="../../model/parsing/inference.py" />
      <source>{count} people</source>
      <translation>{count} Personen</translation>
    </message>
    <message>
      <location filename="../../model/parsing/inference.py" />
      <source>the photo shows {shown}, so there is no person {person} in it</source>
      <translation>das Foto zeigt {shown}, darum gibt es darin keine Person {person}</translation>
    </message>
    <message>
      <location filename="../../model/parsing/inference.py" />
      <source>the bundle {bundle} has no parser, so it cannot find the classes of a photo</source>
      <translation>das Netz {bundle} hat keinen Parser und kann darum die Klassen eines Fotos nicht finden</translation>
    </message>
    <message>
      <location filename="../../model/parsing/network.py" />
      <source>a parser needs 2 to 256 classes, found {classes}</source>
      <translation>ein Parser braucht 2 bis 256 Klassen, hier sind es {classes}</translation>
    </message>
    <message>
      <location filename="../../model/parsing/network.py" />
      <source>a parser needs channels above 0, found {channels} and {head_channels}</source>
      <translation>ein Parser braucht mehr als 0 Kanäle, hier sind es {channels} und {head_channels}</translation>
    </message>
    <message>
      <location filename="../../model/parsing/network.py" />
      <source>a parser's presence must be 0 or more channels, found {presence}</source>
      <translation>presence eines Parsers muss 0 oder mehr Kanäle haben, hier sind es {presence}</translation>
    </message>
    <message>
      <location filename="../../model/parsing/network.py" />
      <source>a parser's height and width must be multiples of 32, found {height} x {width}</source>
      <translation>Höhe und Breite eines Parsers müssen Vielfache von 32 sein, hier sind es {height} x {width}</translation>
    </message>
    <message>
      <location filename="../../model/parsing/network.py" />
      <source>person_height must lie between 0.1 and 1, found {person_height}</source>
      <translation>person_height muss zwischen 0.1 und 1 liegen, hier ist es {person_height}</translation>
    </message>
    <message>
      <location filename="../../model/parsing/network.py" />
      <source>the parser's configuration has an unknown entry {unknown!r}</source>
      <translation>die Konfiguration des Parsers hat den unbekannten Eintrag {unknown!r}</translation>
    </message>
    <message>
      <location filename="../../model/parsing/network.py" />
      <source>the parser's configuration does not say how many classes there are</source>
      <translation>die Konfiguration des Parsers nennt die Zahl der Klassen nicht</translation>
    </message>
    <message>
      <location filename="../../model/parsing/network.py" />
      <source>the parser's configuration needs a number for {name!r}, found {value!r}</source>
      <translation>die Konfiguration des Parsers braucht für {name!r} eine Zahl, nicht {value!r}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/files.py" />
      <source>{path} is for other classes than those of the bundle {bundle}</source>
      <translation>{path} gilt für andere Klassen als die des Netzes {bundle}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/files.py" />
      <source>{source} is no safetensors file, or is cut short: {error}</source>
      <translation>{source} ist keine safetensors-Datei oder ist abgeschnitten: {error}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/files.py" />
      <source>{source} is damaged: its {wrong} does not fit the network ({count} such tensors)</source>
      <translation>{source} ist beschädigt: {wrong} passt nicht zum Netz ({count} solche Tensoren)</translation>
    </message>
    <message>
      <location filename="../../model/shapes/files.py" />
      <source>{source} is damaged: the sliders of class {index} do not fit their names</source>
      <translation>{source} ist beschädigt: Die Regler der Klasse {index} passen nicht zu ihren Namen</translation>
    </message>
    <message>
      <location filename="../../model/shapes/files.py" />
      <source>{source} is no shape model: it does not describe itself</source>
      <translation>{source} ist kein Formmodell: Die Beschreibung fehlt</translation>
    </message>
    <message>
      <location filename="../../model/shapes/files.py" />
      <source>{source} has format {version}, but this version of the program reads only up to {newest}</source>
      <translation>{source} hat Format {version}, diese Version des Programms liest aber nur bis {newest}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/files.py" />
      <source>{source} is damaged: its classes do not fit its network</source>
      <translation>{source} ist beschädigt: Die Klassen passen nicht zum Netz</translation>
    </message>
    <message>
      <location filename="../../model/shapes/holes.py" />
      <source>the statistics of the shape model are damaged: {error}</source>
      <translation>die Statistik des Formmodells ist beschädigt: {error}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/holes.py" />
      <source>the statistics of the shape model are not those of {classes} classes</source>
      <translation>die Statistik des Formmodells ist nicht die von {classes} Klassen</translation>
    </message>
    <message>
      <location filename="../../model/shapes/model.py" />
      <source>the shape model has {classes} classes but {names} names for them</source>
      <translation>das Formmodell hat {classes} Klassen, aber {names} Namen dafür</translation>
    </message>
    <message>
      <location filename="../../model/shapes/model.py" />
      <source>the map shows {name} already, so none can be added</source>
      <translation>die Karte zeigt {name} schon, darum lässt sich nichts hinzufügen</translation>
    </message>
    <message>
      <location filename="../../model/shapes/model.py" />
      <source>the shape model cannot vary {name!r}, only {known}</source>
      <translation>das Formmodell kann {name!r} nicht verändern, nur {known}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/model.py" />
      <source>the label map has the class {highest}, which the shape model does not know</source>
      <translation>die Labelkarte hat die Klasse {highest}, die das Formmodell nicht kennt</translation>
    </message>
    <message>
      <location filename="../../model/shapes/network.py" />
      <source>a shape network needs 2 to 256 classes, found {classes}</source>
      <translation>ein Formnetz braucht 2 bis 256 Klassen, hier sind es {classes}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/network.py" />
      <source>a shape network of {classes} classes cannot vary the classes {varied}</source>
      <translation>ein Formnetz mit {classes} Klassen kann die Klassen {varied} nicht verändern</translation>
    </message>
    <message>
      <location filename="../../model/shapes/network.py" />
      <source>a shape network's size must be multiples of 16, found {height} x {width}</source>
      <translation>die Größe eines Formnetzes muss ein Vielfaches von 16 sein, hier ist sie {height} x {width}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/network.py" />
      <source>a shape network's code needs 1 to 256 numbers, found {code_size}</source>
      <translation>der Code eines Formnetzes braucht 1 bis 256 Zahlen, hier sind es {code_size}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/network.py" />
      <source>a shape network needs four multiples of 8 as channels, found {channels}</source>
      <translation>ein Formnetz braucht vier Vielfache von 8 als Kanäle, hier sind es {channels}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/network.py" />
      <source>the shape network's configuration has an unknown entry {unknown!r}</source>
      <translation>die Konfiguration des Formnetzes hat den unbekannten Eintrag {unknown!r}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/network.py" />
      <source>the shape network's configuration has no {name!r}</source>
      <translation>in der Konfiguration des Formnetzes fehlt {name!r}</translation>
    </message>
    <message>
      <location filename="../../model/shapes/network.py" />
      <source>the shape network's configuration needs whole numbers for {name!r}, found {value!r}</source>
      <translation>die Konfiguration des Formnetzes braucht für {name!r} ganze Zahlen, nicht {value!r}</translation>
    </message>
    <message>
      <location filename="../../model/styles/animation.py" />
      <source>{path} must end in {suffixes}, or be a folder for numbered PNGs</source>
      <translation>{path} muss auf {suffixes} enden oder ein Ordner für nummerierte PNGs sein</translation>
    </message>
    <message>
      <location filename="../../model/styles/animation.py" />
      <source>{path} cannot be written: the folder {folder} does not exist</source>
      <translation>{path} kann nicht geschrieben werden: Den Ordner {folder} gibt es nicht</translation>
    </message>
    <message>
      <location filename="../../model/styles/animation.py" />
      <source>{path} is a file, not a folder for numbered PNGs</source>
      <translation>{path} ist eine Datei, kein Ordner für nummerierte PNGs</translation>
    </message>
    <message>
      <location filename="../../model/styles/animation.py" />
      <source>a rate of {rate:g} frames a second is outside 1 to 240</source>
      <translation>{rate:g} Bilder pro Sekunde liegen außerhalb von 1 bis 240</translation>
    </message>
    <message>
      <location filename="../../model/styles/animation.py" />
      <source>a size of {width} x {height} pixels is outside 2 to 4096</source>
      <translation>eine Größe von {width} x {height} Pixeln liegt außerhalb von 2 bis 4096</translation>
    </message>
    <message>
      <location filename="../../model/styles/animation.py" />
      <source>{folder} holds {name} of a longer film; choose an empty folder</source>
      <translation>{folder} enthält {name} eines längeren Films; ein leerer Ordner ist nötig</translation>
    </message>
    <message>
      <location filename="../../model/styles/animation.py" />
      <source>{folder} cannot be written: {reason}</source>
      <translation>{folder} kann nicht geschrieben werden: {reason}</translation>
    </message>
    <message>
      <location filename="../../model/styles/animation.py" />
      <source>mp4 needs the package av, which is not installed; choose .webp, .gif or a folder</source>
      <translation>mp4 braucht das Paket av, das nicht installiert ist; möglich sind .webp, .gif oder ein Ordner</translation>
    </message>
    <message>
      <location filename="../../model/styles/animation.py" />
      <source>the film cannot be encoded as {encoder}: {error}</source>
      <translation>der Film kann nicht als {encoder} kodiert werden: {error}</translation>
    </message>
    <message>
      <location filename="../../model/styles/encoding.py" />
      <source>the bundle {bundle} has no encoder, so it cannot take styles from a photo</source>
      <translation>das Netz {bundle} hat keinen Encoder und kann darum keine Stile von einem Foto übernehmen</translation>
    </message>
    <message>
      <location filename="../../model/styles/files.py" />
      <source>{target} must end in .safetensors to be written as styles</source>
      <translation>{target} muss auf .safetensors enden, um als Stile geschrieben zu werden</translation>
    </message>
    <message>
      <location filename="../../model/styles/files.py" />
      <source>{source} is a folder, not a style file</source>
      <translation>{source} ist ein Ordner, keine Stildatei</translation>
    </message>
    <message>
      <location filename="../../model/styles/files.py" />
      <source>{source} is no style file: it holds no codes</source>
      <translation>{source} ist keine Stildatei: Die Codes fehlen</translation>
    </message>
    <message>
      <location filename="../../model/styles/files.py" />
      <source>{source} is no style file: its codes are damaged</source>
      <translation>{source} ist keine Stildatei: Die Codes sind beschädigt</translation>
    </message>
    <message>
      <location filename="../../model/styles/files.py" />
      <source>another bundle</source>
      <translation>einem anderen Netz</translation>
    </message>
    <message>
      <location filename="../../model/styles/files.py" />
      <source>{source} was made with {made} ({label_set}, codes {shape}) and does not fit {bundle} ({bundle_set}, codes {wanted})</source>
      <translation>{source} wurde mit {made} gemacht ({label_set}, Codes {shape}) und passt nicht zu {bundle} ({bundle_set}, Codes {wanted})</translation>
    </message>
    <message>
      <location filename="../../model/styles/mixture.py" />
      <source>{text!r} is no style; write CLASS=FILE or CLASS=FILE@STRENGTH, such as hair=A.jpg@0.6</source>
      <translation>{text!r} ist kein Stil; gemeint ist KLASSE=DATEI oder KLASSE=DATEI@STÄRKE wie hair=A.jpg@0.6</translation>
    </message>
    <message>
      <location filename="../../model/styles/mixture.py" />
      <source>{text!r}: the strength {strength!r} is no number</source>
      <translation>{text!r}: Die Stärke {strength!r} ist keine Zahl</translation>
    </message>
    <message>
      <location filename="../../model/styles/mixture.py" />
      <source>{text!r}: the strength {strength} is outside 0 to 1</source>
      <translation>{text!r}: Die Stärke {strength} liegt außerhalb von 0 bis 1</translation>
    </message>
    <message>
      <location filename="../../model/styles/mixture.py" />
      <source>{text}: people are counted from 1, the largest</source>
      <translation>{text}: Personen werden ab 1 gezählt, der größten</translation>
    </message>
    <message>
      <location filename="../../model/styles/mixture.py" />
      <source>{name}: {error}</source>
      <translation>{name}: {error}</translation>
    </message>
    <message>
      <location filename="../../model/styles/mixture.py" />
      <source>{name} shows no person that could be found</source>
      <translation>auf {name} wurde keine Person gefunden</translation>
    </message>
    <message>
      <location filename="../../model/styles/mixture.py" />
      <source>{path} shows no {name}; it shows {shown}</source>
      <translation>{path} zeigt kein {name}, sondern {shown}</translation>
    </message>
    <message>
      <location filename="../../model/styles/refine.py" />
      <source>the label map shows nobody, so there is nothing to refine</source>
      <translation>die Labelkarte zeigt niemanden, darum gibt es nichts zu verfeinern</translation>
    </message>
    <message>
      <location filename="../../model/styles/sampling.py" />
      <source>a seed must be a whole number from 0 up to 2^63, not {seed}</source>
      <translation>ein Startwert muss eine ganze Zahl von 0 bis 2^63 sein, nicht {seed}</translation>
    </message>
    <message>
      <location filename="../../model/styles/store.py" />
      <source>{path} is no file of named styles</source>
      <translation>{path} ist keine Datei benannter Stile</translation>
    </message>
    <message>
      <location filename="../../model/styles/store.py" />
      <source>{path} is damaged: {error}</source>
      <translation>{path} ist beschädigt: {error}</translation>
    </message>
    <message>
      <location filename="../../model/styles/store.py" />
      <source>the bundle {bundle} is in no folder yet, so it cannot hold named styles</source>
      <translation>das Netz {bundle} liegt noch in keinem Ordner und kann darum keine benannten Stile aufnehmen</translation>
    </message>
  </context>
  <context>
    <name>Examples</name>
    <message>
      <location filename="../../app/examples.py" />
      <source>Hat and dress</source>
      <translation>Hut und Kleid</translation>
    </message>
    <message>
      <location filename="../../app/examples.py" />
      <source>Jacket over dress</source>
      <translation>Jacke über Kleid</translation>
    </message>
    <message>
      <location filename="../../app/examples.py" />
      <source>Long coat</source>
      <translation>Langer Mantel</translation>
    </message>
    <message>
      <location filename="../../app/examples.py" />
      <source>Scarf and glasses</source>
      <translation>Schal und Brille</translation>
    </message>
    <message>
      <location filename="../../app/examples.py" />
      <source>Shorts and socks</source>
      <translation>Shorts und Socken</translation>
    </message>
    <message>
      <location filename="../../app/examples.py" />
      <source>Skirt and tights</source>
      <translation>Rock und Strümpfe</translation>
    </message>
  </context>
  <context>
    <name>ExportCommands</name>
    <message>
      <location filename="../../app/commands/export.py" />
      <source>Export picture</source>
      <translation>Bild exportieren</translation>
    </message>
    <message>
      <location filename="../../app/commands/export.py" />
      <source>Quality (100 is best and largest):</source>
      <translation>Qualität (100 ist am besten und am größten):</translation>
    </message>
    <message>
      <location filename="../../app/commands/export.py" />
      <source>Exporting</source>
      <translation>Wird exportiert</translation>
    </message>
    <message>
      <location filename="../../app/commands/export.py" />
      <source>Exported {0}.</source>
      <translation>{0} exportiert.</translation>
    </message>
    <message>
      <location filename="../../app/commands/export.py" />
      <source>Export label map</source>
      <translation>Labelkarte exportieren</translation>
    </message>
    <message>
      <location filename="../../app/commands/export.py" />
      <source>Export layers</source>
      <translation>Ebenen exportieren</translation>
    </message>
    <message>
      <location filename="../../app/commands/export.py" />
      <source>This goes on as soon as the network is loaded.</source>
      <translation>Das geht weiter, sobald das Netz geladen ist.</translation>
    </message>
  </context>
  <context>
    <name>Fields</name>
    <message>
      <location filename="../../app/widgets/icon_button.py" />
      <source>Clear</source>
      <translation>Leeren</translation>
    </message>
  </context>
  <context>
    <name>FileCommands</name>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Open</source>
      <translation>Öffnen</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>All that can be opened (*.smis *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff *.gif *.json)</source>
      <translation>Alles, was sich öffnen lässt (*.smis *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff *.gif *.json)</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Projects (*.smis)</source>
      <translation>Projekte (*.smis)</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>All files (*)</source>
      <translation>Alle Dateien (*)</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Open photo</source>
      <translation>Foto öffnen</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Photos (*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff *.gif)</source>
      <translation>Fotos (*.jpg *.jpeg *.png *.webp *.bmp *.tif *.tiff *.gif)</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>The clipboard holds no image.</source>
      <translation>In der Zwischenablage ist kein Bild.</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Pasted photo</source>
      <translation>Eingefügtes Foto</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Save the changes to “{0}”?</source>
      <translation>Änderungen an „{0}“ speichern?</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Opening {0}</source>
      <translation>{0} wird geöffnet</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>“{0}” was opened as a label map. It may be a photo of few colours.</source>
      <translation>„{0}“ wurde als Labelkarte geöffnet. Es kann auch ein Foto mit wenigen Farben sein.</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Open as a photo</source>
      <translation>Als Foto öffnen</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>The map of {0} × {1} was fitted into {2} × {3}; exports have its own size again.</source>
      <translation>Die Karte von {0} × {1} wurde in {2} × {3} eingepasst; Exporte haben wieder ihre eigene Größe.</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Untitled</source>
      <translation>Ohne Titel</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>{0} is not there any more.</source>
      <translation>{0} ist nicht mehr da.</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Save</source>
      <translation>Speichern</translation>
    </message>
    <message>
      <location filename="../../app/commands/file.py" />
      <source>Saved {0}.</source>
      <translation>{0} gespeichert.</translation>
    </message>
  </context>
  <context>
    <name>FittedDialog</name>
    <message>
      <location filename="../../app/dialogs/fitted.py" />
      <source>Styles fitted to the photo</source>
      <translation>An das Foto angepasste Stile</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/fitted.py" />
      <source>Photo</source>
      <translation>Foto</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/fitted.py" />
      <source>Before: {0} off</source>
      <translation>Vorher: {0} daneben</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/fitted.py" />
      <source>After: {0} off</source>
      <translation>Nachher: {0} daneben</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/fitted.py" />
      <source>Mean difference of colour over the person, 0 to 255. Undo takes the fitting back.</source>
      <translation>Mittlerer Farbunterschied an der Person, 0 bis 255. Rückgängig nimmt die Anpassung zurück.</translation>
    </message>
  </context>
  <context>
    <name>HistoryModel</name>
    <message>
      <location filename="../../app/panels/history.py" />
      <source>Earlier steps (forgotten)</source>
      <translation>Frühere Schritte (vergessen)</translation>
    </message>
    <message>
      <location filename="../../app/panels/history.py" />
      <source>Opened</source>
      <translation>Geöffnet</translation>
    </message>
  </context>
  <context>
    <name>HistoryPanel</name>
    <message>
      <location filename="../../app/panels/history.py" />
      <source>History</source>
      <translation>Verlauf</translation>
    </message>
    <message>
      <location filename="../../app/panels/history.py" />
      <source>{0} of {1} steps, {2}</source>
      <translation>{0} von {1} Schritten, {2}</translation>
    </message>
    <message>
      <location filename="../../app/panels/history.py" />
      <source>Every change is listed here; a click goes back to it.</source>
      <translation>Jede Änderung steht hier; ein Klick führt zu ihr zurück.</translation>
    </message>
  </context>
  <context>
    <name>Jobs</name>
    <message>
      <location filename="../../app/rendering/jobs.py" />
      <source>Work in the background</source>
      <translation>Arbeit im Hintergrund</translation>
    </message>
    <message>
      <location filename="../../app/rendering/jobs.py" />
      <source>{0} failed: {1}</source>
      <translation>{0} ist fehlgeschlagen: {1}</translation>
    </message>
  </context>
  <context>
    <name>KeysDialog</name>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Keys at a glance</source>
      <translation>Tasten auf einen Blick</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Canvas</source>
      <translation>Leinwand</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Pan</source>
      <translation>Verschieben</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>{0}, held, or middle button</source>
      <translation>{0} halten oder mittlere Taste</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Zoom at the pointer</source>
      <translation>Am Zeiger zoomen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Wheel</source>
      <translation>Mausrad</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Pick the class under the pointer</source>
      <translation>Klasse unter dem Zeiger wählen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Right button</source>
      <translation>Rechte Taste</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Size of the brush</source>
      <translation>Größe des Pinsels</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Shift + right button, dragged</source>
      <translation>Umschalt + rechte Taste, ziehen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Straight line from the last point</source>
      <translation>Gerade Linie vom letzten Punkt</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Shift + click</source>
      <translation>Umschalt + Klick</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Photo before editing</source>
      <translation>Foto vor der Bearbeitung</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>{0}, held</source>
      <translation>{0} gedrückt halten</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Abandon the stroke</source>
      <translation>Strich abbrechen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Pick a class</source>
      <translation>Klasse wählen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Close the polygon</source>
      <translation>Polygon schließen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/help.py" />
      <source>Take a corner back</source>
      <translation>Eine Ecke zurücknehmen</translation>
    </message>
  </context>
  <context>
    <name>LanguageCommands</name>
    <message>
      <location filename="../../app/commands/language.py" />
      <source>The language changes when the program is started again.</source>
      <translation>Die Sprache ändert sich beim nächsten Start des Programms.</translation>
    </message>
  </context>
  <context>
    <name>MainWindow</name>
    <message>
      <location filename="../../app/window.py" />
      <source>Tools</source>
      <translation>Werkzeuge</translation>
    </message>
    <message>
      <location filename="../../app/window.py" />
      <source>More that does not fit here</source>
      <translation>Mehr, das hier nicht hinpasst</translation>
    </message>
    <message>
      <location filename="../../app/window.py" />
      <source>network</source>
      <translation>Netz</translation>
    </message>
    <message>
      <location filename="../../app/window.py" />
      <source>Untitled</source>
      <translation>Ohne Titel</translation>
    </message>
    <message>
      <location filename="../../app/window.py" />
      <source>Choose network...</source>
      <translation>Netz wählen...</translation>
    </message>
    <message>
      <location filename="../../app/window.py" />
      <source>Dropped photo</source>
      <translation>Abgelegtes Foto</translation>
    </message>
  </context>
  <context>
    <name>MappingDialog</name>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>Classes of {0}</source>
      <translation>Klassen von {0}</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>Which class is each of these?</source>
      <translation>Welche Klasse ist was?</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>Some values of this file are no classes of {0}.</source>
      <translation>Manche Werte dieser Datei sind keine Klassen von {0}.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>In the file</source>
      <translation>In der Datei</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>Share</source>
      <translation>Anteil</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>Class</source>
      <translation>Klasse</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>No class has this name</source>
      <translation>Keine Klasse heißt so</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>Class of {0}</source>
      <translation>Klasse von {0}</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>Open as a photo</source>
      <translation>Als Foto öffnen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/mapping.py" />
      <source>The file is no label map: read a photo of few colours</source>
      <translation>Die Datei ist keine Labelkarte: ein Foto mit wenigen Farben lesen</translation>
    </message>
  </context>
  <context>
    <name>Menus</name>
    <message>
      <location filename="../../app/actions.py" />
      <source>File</source>
      <translation>Datei</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Edit</source>
      <translation>Bearbeiten</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Tools</source>
      <translation>Werkzeuge</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Style</source>
      <translation>Stil</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>View</source>
      <translation>Ansicht</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Model</source>
      <translation>Modell</translation>
    </message>
    <message>
      <location filename="../../app/actions.py" />
      <source>Help</source>
      <translation>Hilfe</translation>
    </message>
    <message>
      <location filename="../../app/placing.py" />
      <source>Open recent</source>
      <translation>Zuletzt geöffnet</translation>
    </message>
    <message>
      <location filename="../../app/placing.py" />
      <source>Docks</source>
      <translation>Seitenleisten</translation>
    </message>
  </context>
  <context>
    <name>MessageBar</name>
    <message>
      <location filename="../../app/widgets/message_bar.py" />
      <source>Messages</source>
      <translation>Meldungen</translation>
    </message>
    <message>
      <location filename="../../app/widgets/message_bar.py" />
      <source>Details</source>
      <translation>Einzelheiten</translation>
    </message>
    <message>
      <location filename="../../app/widgets/message_bar.py" />
      <source>Copy</source>
      <translation>Kopieren</translation>
    </message>
    <message>
      <location filename="../../app/widgets/message_bar.py" />
      <source>Close this message</source>
      <translation>Diese Meldung schließen</translation>
    </message>
  </context>
  <context>
    <name>Mishaps</name>
    <message>
      <location filename="../../app/mishaps.py" />
      <source>Something went wrong in the program: {0}</source>
      <translation>Im Programm ist etwas schiefgegangen: {0}</translation>
    </message>
  </context>
  <context>
    <name>ModelCommands</name>
    <message>
      <location filename="../../app/commands/model.py" />
      <source>Importing the checkpoint</source>
      <translation>Checkpoint wird importiert</translation>
    </message>
  </context>
  <context>
    <name>ModelDialog</name>
    <message>
      <location filename="../../app/dialogs/model.py" />
      <source>Choose network</source>
      <translation>Netz wählen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/model.py" />
      <source>Network</source>
      <translation>Netz</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/model.py" />
      <source>Looking for networks...</source>
      <translation>Netze werden gesucht...</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/model.py" />
      <source>Other folder...</source>
      <translation>Anderer Ordner...</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/model.py" />
      <source>Device</source>
      <translation>Gerät</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/model.py" />
      <source>Precision</source>
      <translation>Genauigkeit</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/model.py" />
      <source>classes</source>
      <translation>Klassen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/model.py" />
      <source>No network was found on this machine.</source>
      <translation>Auf diesem Rechner wurde kein Netz gefunden.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/model.py" />
      <source>Folder of a network</source>
      <translation>Ordner eines Netzes</translation>
    </message>
  </context>
  <context>
    <name>MorphPanel</name>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Add the present styles as a key, change them, and add the next.</source>
      <translation>Die jetzigen Stile als Schlüssel hinzufügen, ändern, den nächsten hinzufügen.</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Time</source>
      <translation>Zeit</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Delay</source>
      <translation>Warten</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Add key</source>
      <translation>Schlüssel +</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Remember the styles as they are now</source>
      <translation>Die Stile merken, wie sie jetzt sind</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Add random</source>
      <translation>Zufall +</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>A key with new styles for all classes that are not locked</source>
      <translation>Ein Schlüssel mit neuen Stilen für alle nicht gesperrten Klassen</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Remove</source>
      <translation>Entfernen</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Remove the chosen key</source>
      <translation>Den gewählten Schlüssel entfernen</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Key styles</source>
      <translation>Schlüsselstile</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Straight</source>
      <translation>Gerade</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Around the average style</source>
      <translation>Um den mittleren Stil herum</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Way</source>
      <translation>Weg</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Ease in and out</source>
      <translation>Sanft an und aus</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Loop</source>
      <translation>Schleife</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Frames</source>
      <translation>Bilder</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Frames a second</source>
      <translation>Bilder pro Sekunde</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Enlarged</source>
      <translation>Vergrößert</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source> frames</source>
      <translation> Bilder</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source> fps</source>
      <translation> B/s</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Export film...</source>
      <translation>Film exportieren...</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Export frames...</source>
      <translation>Bilder exportieren...</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Numbered PNGs in a folder</source>
      <translation>Nummerierte PNGs in einem Ordner</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Key {0}: click to see it</source>
      <translation>Schlüssel {0}: anklicken, um ihn zu sehen</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Key style {0}</source>
      <translation>Schlüsselstil {0}</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Morph</source>
      <translation>Übergang</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Delay: {0}</source>
      <translation>Warten: {0}</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>For what share of the time {0} waits</source>
      <translation>Für welchen Teil der Zeit {0} wartet</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Export film</source>
      <translation>Film exportieren</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Folder for the frames</source>
      <translation>Ordner für die Bilder</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>{0} written: {1}.</source>
      <translation>{0} geschrieben: {1}.</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Rendering the film</source>
      <translation>Film wird gezeichnet</translation>
    </message>
    <message>
      <location filename="../../app/panels/morph.py" />
      <source>Export cancelled.</source>
      <translation>Export abgebrochen.</translation>
    </message>
  </context>
  <context>
    <name>NewDialog</name>
    <message>
      <location filename="../../app/dialogs/new.py" />
      <source>New document</source>
      <translation>Neues Dokument</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/new.py" />
      <source>Examples</source>
      <translation>Beispiele</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/new.py" />
      <source>Width</source>
      <translation>Breite</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/new.py" />
      <source>Height</source>
      <translation>Höhe</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/new.py" />
      <source>Blank map</source>
      <translation>Leere Karte</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/new.py" />
      <source>From a photo...</source>
      <translation>Aus einem Foto...</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/new.py" />
      <source>From a file...</source>
      <translation>Aus einer Datei...</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/new.py" />
      <source>Start from an example</source>
      <translation>Mit einem Beispiel beginnen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/new.py" />
      <source>or from scratch</source>
      <translation>oder von vorn</translation>
    </message>
  </context>
  <context>
    <name>OfficialDialog</name>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>Import released checkpoint</source>
      <translation>Veröffentlichten Checkpoint importieren</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>Files are read without running any code in them.</source>
      <translation>Beim Lesen wird kein Code aus den Dateien ausgeführt.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>Network</source>
      <translation>Netz</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>Generator</source>
      <translation>Generator</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>Encoder</source>
      <translation>Encoder</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>latest_net_E.pth (optional)</source>
      <translation>latest_net_E.pth (freiwillig)</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>Options</source>
      <translation>Optionen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>options.json (optional)</source>
      <translation>options.json (freiwillig)</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>Name</source>
      <translation>Name</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>Give a name without slashes.</source>
      <translation>Ein Name ohne Schrägstriche ist nötig.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/official.py" />
      <source>Choose the generator first.</source>
      <translation>Zuerst den Generator wählen.</translation>
    </message>
  </context>
  <context>
    <name>OptionsBar</name>
    <message>
      <location filename="../../app/canvas/options_bar.py" />
      <source>Options</source>
      <translation>Optionen</translation>
    </message>
    <message>
      <location filename="../../app/canvas/options_bar.py" />
      <source>Size</source>
      <translation>Größe</translation>
    </message>
    <message>
      <location filename="../../app/canvas/options_bar.py" />
      <source>Tolerance</source>
      <translation>Toleranz</translation>
    </message>
    <message>
      <location filename="../../app/canvas/options_bar.py" />
      <source>Pen pressure</source>
      <translation>Stiftdruck</translation>
    </message>
    <message>
      <location filename="../../app/canvas/options_bar.py" />
      <source>Connected only</source>
      <translation>Nur Zusammenhängendes</translation>
    </message>
    <message>
      <location filename="../../app/canvas/options_bar.py" />
      <source>To the map before editing</source>
      <translation>Zur Karte vor der Bearbeitung</translation>
    </message>
    <message>
      <location filename="../../app/canvas/options_bar.py" />
      <source>Overlay</source>
      <translation>Überlagerung</translation>
    </message>
    <message>
      <location filename="../../app/canvas/options_bar.py" />
      <source>Place the region</source>
      <translation>Bereich platzieren</translation>
    </message>
    <message>
      <location filename="../../app/canvas/options_bar.py" />
      <source>Only the overlay view lies over the picture</source>
      <translation>Nur die überlagerte Ansicht liegt über dem Bild</translation>
    </message>
  </context>
  <context>
    <name>Origins</name>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>From {0}</source>
      <translation>Von {0}</translation>
    </message>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>As in the photo {0}</source>
      <translation>Wie im Foto {0}</translation>
    </message>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>Fitted to the photo {0}</source>
      <translation>An das Foto {0} angepasst</translation>
    </message>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>Dice number {0}</source>
      <translation>Würfel Nummer {0}</translation>
    </message>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>Variation of another style</source>
      <translation>Variante eines anderen Stils</translation>
    </message>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>From the style library</source>
      <translation>Aus der Stilbibliothek</translation>
    </message>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>The average style</source>
      <translation>Der mittlere Stil</translation>
    </message>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>Pasted</source>
      <translation>Eingefügt</translation>
    </message>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>From a morph</source>
      <translation>Aus einem Übergang</translation>
    </message>
    <message>
      <location filename="../../app/panels/origins.py" />
      <source>{0}; moved: {1}</source>
      <translation>{0}; verschoben: {1}</translation>
    </message>
  </context>
  <context>
    <name>Panels</name>
    <message>
      <location filename="../../app/panels/catalog.py" />
      <source>Classes</source>
      <translation>Klassen</translation>
    </message>
    <message>
      <location filename="../../app/panels/catalog.py" />
      <source>Style</source>
      <translation>Stil</translation>
    </message>
    <message>
      <location filename="../../app/panels/catalog.py" />
      <source>Shape</source>
      <translation>Form</translation>
    </message>
    <message>
      <location filename="../../app/panels/catalog.py" />
      <source>Photos</source>
      <translation>Fotos</translation>
    </message>
    <message>
      <location filename="../../app/panels/catalog.py" />
      <source>Morph</source>
      <translation>Übergang</translation>
    </message>
    <message>
      <location filename="../../app/panels/catalog.py" />
      <source>History</source>
      <translation>Verlauf</translation>
    </message>
  </context>
  <context>
    <name>PathRow</name>
    <message>
      <location filename="../../app/widgets/path_row.py" />
      <source>Choose...</source>
      <translation>Wählen...</translation>
    </message>
  </context>
  <context>
    <name>PhotoBar</name>
    <message>
      <location filename="../../app/panels/photo_bar.py" />
      <source>Person {0} of {1}</source>
      <translation>Person {0} von {1}</translation>
    </message>
    <message>
      <location filename="../../app/panels/photo_bar.py" />
      <source>There are several people in this photo: take the styles of the next one</source>
      <translation>Auf diesem Foto sind mehrere Personen: die Stile der nächsten nehmen</translation>
    </message>
    <message>
      <location filename="../../app/panels/photo_bar.py" />
      <source>Correct the outlines that were read off this photo</source>
      <translation>Die Umrisse verbessern, die aus diesem Foto gelesen wurden</translation>
    </message>
    <message>
      <location filename="../../app/panels/photo_bar.py" />
      <source>Copy a region of this photo, with its style</source>
      <translation>Einen Bereich dieses Fotos mit seinem Stil kopieren</translation>
    </message>
    <message>
      <location filename="../../app/panels/photo_bar.py" />
      <source>Remove this photo; styles stay as they are</source>
      <translation>Dieses Foto entfernen; die Stile bleiben, wie sie sind</translation>
    </message>
  </context>
  <context>
    <name>PhotoCommands</name>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Fitting stopped; the styles are as they were.</source>
      <translation>Anpassung abgebrochen; die Stile sind wie zuvor.</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>There is no photo to take styles from, or this network has no encoder.</source>
      <translation>Es gibt kein Foto, aus dem Stile gelesen werden können, oder dieses Netz hat keinen Encoder.</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Fitting the styles to the photo...</source>
      <translation>Die Stile werden an das Foto angepasst …</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Styles fitted to the photo</source>
      <translation>An das Foto angepasste Stile</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Styles fitted: {0} instead of {1} off the photo.</source>
      <translation>Stile angepasst: {0} statt {1} neben dem Foto.</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Before and after</source>
      <translation>Vorher und nachher</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Fitting the styles to the photo</source>
      <translation>Die Stile werden an das Foto angepasst</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Stop</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Keep the photo</source>
      <translation>Foto behalten</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Everything from the network</source>
      <translation>Alles vom Netz</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>{0}: from the network</source>
      <translation>{0}: vom Netz</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>{0}: as in the photo</source>
      <translation>{0}: wie im Foto</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Width of the seam</source>
      <translation>Breite der Naht</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Pixels in which an edit fades into the photo (0 cuts hard):</source>
      <translation>Pixel, auf denen eine Änderung ins Foto übergeht (0: harte Kante):</translation>
    </message>
    <message>
      <location filename="../../app/commands/photo.py" />
      <source>Seam of {0} pixels</source>
      <translation>Naht von {0} Pixeln</translation>
    </message>
  </context>
  <context>
    <name>PhotoReview</name>
    <message>
      <location filename="../../app/review.py" />
      <source>Opening the photo</source>
      <translation>Foto wird geöffnet</translation>
    </message>
    <message>
      <location filename="../../app/review.py" />
      <source>Reading the styles of the photo</source>
      <translation>Stile des Fotos werden gelesen</translation>
    </message>
    <message>
      <location filename="../../app/review.py" />
      <source>Give up the photo “{0}” and your corrections?</source>
      <translation>Das Foto „{0}“ und die Korrekturen verwerfen?</translation>
    </message>
  </context>
  <context>
    <name>PhotoTable</name>
    <message>
      <location filename="../../app/panels/photo_table.py" />
      <source>Styles by class and photo</source>
      <translation>Stile nach Klasse und Foto</translation>
    </message>
    <message>
      <location filename="../../app/panels/photo_table.py" />
      <source>Back to the own style of {0}</source>
      <translation>Zurück zum eigenen Stil von {0}</translation>
    </message>
    <message>
      <location filename="../../app/panels/photo_table.py" />
      <source>Only its colours: the features stay, unless the network draws this class</source>
      <translation>Nur die Farben: Die Züge bleiben, außer das Netz zeichnet diese Klasse</translation>
    </message>
    <message>
      <location filename="../../app/panels/photo_table.py" />
      <source>{0}: take all its styles</source>
      <translation>{0}: alle Stile davon übernehmen</translation>
    </message>
    <message>
      <location filename="../../app/panels/photo_table.py" />
      <source>{0} shows no {1}</source>
      <translation>{0} zeigt kein {1}</translation>
    </message>
    <message>
      <location filename="../../app/panels/photo_table.py" />
      <source>{0} as in {1}</source>
      <translation>{0} wie in {1}</translation>
    </message>
  </context>
  <context>
    <name>PhotosPanel</name>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Strength</source>
      <translation>Stärke</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>How far the picked class goes from its own style to the photo's</source>
      <translation>Wie weit die gewählte Klasse von ihrem eigenen Stil zu dem des Fotos geht</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Add photos...</source>
      <translation>Fotos hinzufügen...</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Take styles from other photos; they can be dropped here, too</source>
      <translation>Stile von anderen Fotos übernehmen; sie können auch hier abgelegt werden</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Shuffle: every class from one of the photos</source>
      <translation>Mischen: jede Klasse von einem der Fotos</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Remove the photos; styles stay as they are</source>
      <translation>Fotos entfernen; die Stile bleiben</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Photos to take styles from</source>
      <translation>Fotos, von denen Stile übernommen werden</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Photos</source>
      <translation>Fotos</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Photos can be added when a network is loaded.</source>
      <translation>Fotos können hinzugefügt werden, sobald ein Netz geladen ist.</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Reading {0}</source>
      <translation>{0} wird gelesen</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>“{0}” looks like a drawing: its styles may be far off.</source>
      <translation>„{0}“ sieht aus wie eine Zeichnung: Die Stile daraus können stark abweichen.</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>There may be no person in “{0}”: its styles may be far off.</source>
      <translation>In „{0}“ ist vielleicht keine Person: Die Stile daraus können stark abweichen.</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Styles of {0} read again</source>
      <translation>Stile von {0} neu gelesen</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>{0} from {1}</source>
      <translation>{0} von {1}</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>All styles from {0}</source>
      <translation>Alle Stile von {0}</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Shuffled styles</source>
      <translation>Gemischte Stile</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>{0}: own style</source>
      <translation>{0}: eigener Stil</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>{0}: strength</source>
      <translation>{0}: Stärke</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>This network takes no styles from photos.</source>
      <translation>Dieses Netz übernimmt keine Stile von Fotos.</translation>
    </message>
    <message>
      <location filename="../../app/panels/photos.py" />
      <source>Drop photos of people here. Then give each class the style it has in one of them.</source>
      <translation>Fotos von Menschen hier ablegen. Dann jeder Klasse den Stil geben, den sie in einem davon hat.</translation>
    </message>
  </context>
  <context>
    <name>PlacingBar</name>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Place the region</source>
      <translation>Bereich platzieren</translation>
    </message>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Flip</source>
      <translation>Spiegeln</translation>
    </message>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Turn the region over, left to right</source>
      <translation>Den Bereich von links nach rechts spiegeln</translation>
    </message>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Take the region away (Esc)</source>
      <translation>Den Bereich wegnehmen (Esc)</translation>
    </message>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Stamp</source>
      <translation>Stempeln</translation>
    </message>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Leave the region where it is (Enter)</source>
      <translation>Den Bereich dort lassen, wo er ist (Eingabe)</translation>
    </message>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Drag it, or a corner to scale it (Shift: freely). Its classes take their style along.</source>
      <translation>Ziehen verschiebt, an einer Ecke skaliert (Umschalt: frei). Seine Klassen bringen ihren Stil mit.</translation>
    </message>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Drag it, or a corner to scale it (Shift: freely). It stays as its photo shows it.</source>
      <translation>Ziehen verschiebt, an einer Ecke skaliert (Umschalt: frei). Er bleibt, wie sein Foto ihn zeigt.</translation>
    </message>
    <message>
      <location filename="../../app/widgets/placing_bar.py" />
      <source>Its classes take their style along, and what is there of {0} takes it, too.</source>
      <translation>Seine Klassen bringen ihren Stil mit, und was schon da ist ({0}), nimmt ihn ebenfalls an.</translation>
    </message>
  </context>
  <context>
    <name>Progress</name>
    <message>
      <location filename="../../app/rendering/filming.py" />
      <source>Rendering the film</source>
      <translation>Film wird gezeichnet</translation>
    </message>
    <message>
      <location filename="../../app/rendering/mixing.py" />
      <source>Reading the photo</source>
      <translation>Foto wird gelesen</translation>
    </message>
    <message>
      <location filename="../../app/rendering/mixing.py" />
      <source>Finding the styles in the photo</source>
      <translation>Stile im Foto werden gesucht</translation>
    </message>
    <message>
      <location filename="../../app/rendering/mixing.py" />
      <source>Cutting out the classes</source>
      <translation>Klassen werden ausgeschnitten</translation>
    </message>
    <message>
      <location filename="../../app/rendering/photos.py" />
      <source>Finding the clothes in the photo</source>
      <translation>Kleidung im Foto wird gesucht</translation>
    </message>
    <message>
      <location filename="../../app/rendering/photos.py" />
      <source>Reading the styles of the photo</source>
      <translation>Stile des Fotos werden gelesen</translation>
    </message>
  </context>
  <context>
    <name>RecentMenu</name>
    <message>
      <location filename="../../app/widgets/recent.py" />
      <source>Clear the list</source>
      <translation>Liste leeren</translation>
    </message>
  </context>
  <context>
    <name>RegionDialog</name>
    <message>
      <location filename="../../app/panels/region.py" />
      <source>Copy a region</source>
      <translation>Einen Bereich kopieren</translation>
    </message>
    <message>
      <location filename="../../app/panels/region.py" />
      <source>Click a garment, or draw around what you want. Then place it on the canvas.</source>
      <translation>Auf ein Kleidungsstück klicken oder einen Bereich umfahren. Danach wird er auf der Leinwand platziert.</translation>
    </message>
    <message>
      <location filename="../../app/panels/region.py" />
      <source>Place</source>
      <translation>Platzieren</translation>
    </message>
  </context>
  <context>
    <name>RegionPicker</name>
    <message>
      <location filename="../../app/panels/region.py" />
      <source>Photo</source>
      <translation>Foto</translation>
    </message>
  </context>
  <context>
    <name>RenderWorker</name>
    <message>
      <location filename="../../app/rendering/worker.py" />
      <source>The network</source>
      <translation>Das Netz</translation>
    </message>
    <message>
      <location filename="../../app/rendering/worker.py" />
      <source>{0} could not be loaded: {1}</source>
      <translation>{0} konnte nicht geladen werden: {1}</translation>
    </message>
    <message>
      <location filename="../../app/rendering/worker.py" />
      <source>The picture could not be rendered: {0}</source>
      <translation>Das Bild konnte nicht berechnet werden: {0}</translation>
    </message>
  </context>
  <context>
    <name>ReviewBar</name>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Check the outlines</source>
      <translation>Umrisse prüfen</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>There are several people in this photo: show the next one</source>
      <translation>Auf diesem Foto sind mehrere Menschen: den nächsten zeigen</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Another photo...</source>
      <translation>Anderes Foto...</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Cancel</source>
      <translation>Abbrechen</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Back to what was open before (Esc)</source>
      <translation>Zurück zu dem, was vorher offen war (Esc)</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Accept</source>
      <translation>Übernehmen</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Take these outlines and read the styles (Ctrl+Enter)</source>
      <translation>Diese Umrisse übernehmen und die Stile lesen (Strg+Eingabe)</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>“{0}” looks like a drawing</source>
      <translation>„{0}“ sieht aus wie eine Zeichnung</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Only photos are read well. Correct the outlines and accept them, or go back.</source>
      <translation>Nur Fotos werden gut gelesen. Korrigieren Sie die Umrisse und übernehmen Sie sie, oder gehen Sie zurück.</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>There may be no person in “{0}”</source>
      <translation>In „{0}“ ist vielleicht keine Person</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Correct the outlines and accept them, open another photo, or go back.</source>
      <translation>Korrigieren Sie die Umrisse und übernehmen Sie sie, öffnen Sie ein anderes Foto, oder gehen Sie zurück.</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>This is how “{0}” was read</source>
      <translation>So wurde „{0}“ gelesen</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Correct the outlines with the tools where they are wrong, then accept them.</source>
      <translation>Falsche Umrisse mit den Werkzeugen berichtigen, dann übernehmen.</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>No person was found in “{0}”</source>
      <translation>In „{0}“ wurde kein Mensch gefunden</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Paint the outlines yourself and accept them, open another photo, or go back.</source>
      <translation>Die Umrisse selbst malen und übernehmen, ein anderes Foto öffnen oder zurückgehen.</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>The photo of {0} × {1} pixels was scaled to {2} × {3}.</source>
      <translation>Das Foto von {0} × {1} Pixeln wurde auf {2} × {3} verkleinert.</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Person {0} of {1}</source>
      <translation>Person {0} von {1}</translation>
    </message>
    <message>
      <location filename="../../app/widgets/review_bar.py" />
      <source>Reading the styles...</source>
      <translation>Stile werden gelesen...</translation>
    </message>
  </context>
  <context>
    <name>Saver</name>
    <message>
      <location filename="../../app/saving.py" />
      <source>Saving</source>
      <translation>Wird gespeichert</translation>
    </message>
  </context>
  <context>
    <name>Session</name>
    <message>
      <location filename="../../app/adopting.py" />
      <source>{0} has no class for {1}; they became {2}.</source>
      <translation>{0} hat keine Klasse für {1}; daraus wurde {2}.</translation>
    </message>
    <message>
      <location filename="../../app/adopting.py" />
      <source>The styles belong to another network; {0} drew new ones.</source>
      <translation>Die Stile gehören zu einem anderen Netz; {0} hat neue gezogen.</translation>
    </message>
    <message>
      <location filename="../../app/session.py" />
      <source>This goes on as soon as the network is loaded.</source>
      <translation>Das geht weiter, sobald das Netz geladen ist.</translation>
    </message>
    <message>
      <location filename="../../app/session.py" />
      <source>This map is {0} x {1}; the network needs multiples of {2}.</source>
      <translation>Diese Karte hat {0} x {1}; das Netz braucht Vielfache von {2}.</translation>
    </message>
    <message>
      <location filename="../../app/style_session.py" />
      <source>new style</source>
      <translation>neuer Stil</translation>
    </message>
    <message>
      <location filename="../../app/style_session.py" />
      <source>reset style</source>
      <translation>Stil zurückgesetzt</translation>
    </message>
    <message>
      <location filename="../../app/style_session.py" />
      <source>There is no photo to take styles from, or this network has no encoder.</source>
      <translation>Es gibt kein Foto, von dem Stile kommen könnten, oder dieses Netz hat keinen Encoder.</translation>
    </message>
    <message>
      <location filename="../../app/style_session.py" />
      <source>Styles from the photo</source>
      <translation>Stile vom Foto</translation>
    </message>
    <message>
      <location filename="../../app/style_session.py" />
      <source>Reading the styles of the photo</source>
      <translation>Stile des Fotos werden gelesen</translation>
    </message>
    <message>
      <location filename="../../app/style_session.py" />
      <source>Rendering variations</source>
      <translation>Varianten werden gezeichnet</translation>
    </message>
    <message>
      <location filename="../../app/style_session.py" />
      <source>all classes</source>
      <translation>alle Klassen</translation>
    </message>
  </context>
  <context>
    <name>SettingsDialog</name>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Automatic</source>
      <translation>Automatisch</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Settings</source>
      <translation>Einstellungen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Look</source>
      <translation>Aussehen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Computing</source>
      <translation>Berechnung</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Work</source>
      <translation>Arbeit</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Reset to defaults</source>
      <translation>Auf Vorgaben zurücksetzen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>As the system</source>
      <translation>Wie das System</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Light</source>
      <translation>Hell</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Dark</source>
      <translation>Dunkel</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Theme</source>
      <translation>Farbschema</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>The language changes when the program is started again.</source>
      <translation>Die Sprache ändert sich beim nächsten Start des Programms.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Language</source>
      <translation>Sprache</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Device</source>
      <translation>Gerät</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Automatic is the quickest: float32 on a processor, float16 on a graphics card.</source>
      <translation>Automatisch ist am schnellsten: float32 auf einem Prozessor, float16 auf einer Grafikkarte.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Precision</source>
      <translation>Genauigkeit</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Processor cores</source>
      <translation>Prozessorkerne</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>How many cores may compute a picture; fewer leave more to other programs.</source>
      <translation>Wie viele Kerne ein Bild berechnen dürfen; weniger lassen anderen Programmen mehr.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Memory for pictures</source>
      <translation>Speicher für Bilder</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source> MB</source>
      <translation> MB</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>What the network may keep of earlier pictures to make the next one sooner.</source>
      <translation>Was das Netz von früheren Bildern behalten darf, damit das nächste eher fertig ist.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Recovery file every</source>
      <translation>Wiederherstellungsdatei alle</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source> s</source>
      <translation> s</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Unsaved work is written there, and offered again after a crash.</source>
      <translation>Dort steht, was nicht gespeichert ist; nach einem Absturz wird es wieder angeboten.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Memory for undo</source>
      <translation>Speicher für Rückgängig</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>When the steps take more, the oldest are forgotten.</source>
      <translation>Brauchen die Schritte mehr, werden die ältesten vergessen.</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Kept in</source>
      <translation>Abgelegt in</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/settings.py" />
      <source>Open folder</source>
      <translation>Ordner öffnen</translation>
    </message>
  </context>
  <context>
    <name>ShapePanel</name>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Draw a new outline near the present one</source>
      <translation>Einen neuen Umriss nahe dem jetzigen ziehen</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Back to the outline before dice and sliders</source>
      <translation>Zurück zum Umriss vor Würfel und Reglern</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Dice strength</source>
      <translation>Würfelstärke</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>How far a new outline may go from the present one</source>
      <translation>Wie weit ein neuer Umriss vom jetzigen abweichen darf</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Grow</source>
      <translation>Größer</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Grow on all sides, over every class that is not protected</source>
      <translation>Nach allen Seiten wachsen, über jede Klasse, die nicht geschützt ist</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Shrink</source>
      <translation>Kleiner</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Take pixels off on all sides; the neighbours fill in</source>
      <translation>Auf allen Seiten Pixel abnehmen; die Nachbarn rücken nach</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Smooth</source>
      <translation>Glätten</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Round the outline: narrower details go</source>
      <translation>Den Umriss runden: schmalere Einzelheiten verschwinden</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source> px</source>
      <translation> px</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>By how many pixels</source>
      <translation>Um wie viele Pixel</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>new outline</source>
      <translation>neuer Umriss</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>reset outline</source>
      <translation>Umriss zurückgesetzt</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>added</source>
      <translation>hinzugefügt</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>removed</source>
      <translation>entfernt</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>{0} by {1} px</source>
      <translation>{0} um {1} px</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Finish the change on the canvas first.</source>
      <translation>Zuerst die Änderung auf der Leinwand beenden.</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Nothing to change: the outline stays as it is.</source>
      <translation>Nichts zu ändern: Der Umriss bleibt, wie er ist.</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Add {0}</source>
      <translation>{0} hinzufügen</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Remove {0}</source>
      <translation>{0} entfernen</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Take it away; what lies behind it is drawn in its place</source>
      <translation>Wegnehmen; was dahinter liegt, wird an seiner Stelle gezeichnet</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>{0} is protected: its outline stays as it is.</source>
      <translation>{0} ist geschützt: Der Umriss bleibt, wie er ist.</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>Dice and sliders appear when a network is loaded.</source>
      <translation>Würfel und Regler erscheinen, sobald ein Netz geladen ist.</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>This network brings no shape model, so there are no dice and sliders for outlines.</source>
      <translation>Dieses Netz bringt kein Formmodell mit, darum gibt es keine Würfel und Regler für Umrisse.</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>The shape model has no other outlines for {0}.</source>
      <translation>Das Formmodell hat keine anderen Umrisse für {0}.</translation>
    </message>
    <message>
      <location filename="../../app/panels/shape.py" />
      <source>The map shows no {0} yet.</source>
      <translation>Die Karte zeigt noch kein {0}.</translation>
    </message>
  </context>
  <context>
    <name>ShortcutsDialog</name>
    <message>
      <location filename="../../app/dialogs/shortcuts.py" />
      <source>Keyboard shortcuts</source>
      <translation>Tastenkürzel</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/shortcuts.py" />
      <source>Search actions</source>
      <translation>Aktionen suchen</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/shortcuts.py" />
      <source>Action</source>
      <translation>Aktion</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/shortcuts.py" />
      <source>Key</source>
      <translation>Taste</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/shortcuts.py" />
      <source>Key for {0}</source>
      <translation>Taste für {0}</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/shortcuts.py" />
      <source>none</source>
      <translation>keine</translation>
    </message>
    <message>
      <location filename="../../app/dialogs/shortcuts.py" />
      <source>{0} is given to both “{1}” and “{2}”.</source>
      <translation>{0} ist sowohl „{1}“ als auch „{2}“ zugewiesen.</translation>
    </message>
  </context>
  <context>
    <name>SliderRow</name>
    <message>
      <location filename="../../app/widgets/slider.py" />
      <source>{0}, value</source>
      <translation>{0}, Wert</translation>
    </message>
  </context>
  <context>
    <name>Sliders</name>
    <message>
      <location filename="../../app/naming.py" />
      <source>Lightness</source>
      <translation>Helligkeit</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>Warmth</source>
      <translation>Wärme</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>Saturation</source>
      <translation>Sättigung</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>Contrast</source>
      <translation>Kontrast</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>Pattern scale</source>
      <translation>Mustergröße</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>Longer</source>
      <translation>Länger</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>Wider</source>
      <translation>Breiter</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>Fuller</source>
      <translation>Voller</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>Variation {0}</source>
      <translation>Variante {0}</translation>
    </message>
    <message>
      <location filename="../../app/naming.py" />
      <source>Something else that varies much: watch the picture while you drag</source>
      <translation>Etwas anderes, das stark variiert: beim Ziehen das Bild beobachten</translation>
    </message>
  </context>
  <context>
    <name>StatusBar</name>
    <message>
      <location filename="../../app/widgets/status.py" />
      <source>Progress</source>
      <translation>Fortschritt</translation>
    </message>
    <message>
      <location filename="../../app/widgets/status.py" />
      <source>no network</source>
      <translation>kein Netz</translation>
    </message>
    <message>
      <location filename="../../app/widgets/status.py" />
      <source>exact</source>
      <translation>genau</translation>
    </message>
    <message>
      <location filename="../../app/widgets/status.py" />
      <source>preview</source>
      <translation>Vorschau</translation>
    </message>
    <message>
      <location filename="../../app/widgets/status.py" />
      <source>Time of the last render ({0})</source>
      <translation>Dauer des letzten Bildes ({0})</translation>
    </message>
    <message>
      <location filename="../../app/widgets/status.py" />
      <source>loading {0}</source>
      <translation>{0} wird geladen</translation>
    </message>
  </context>
  <context>
    <name>StyleCommands</name>
    <message>
      <location filename="../../app/commands/style.py" />
      <source>Style of {0} copied.</source>
      <translation>Stil von {0} kopiert.</translation>
    </message>
    <message>
      <location filename="../../app/commands/style.py" />
      <source>{0}: pasted style</source>
      <translation>{0}: eingefügter Stil</translation>
    </message>
  </context>
  <context>
    <name>StyleLibrary</name>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>Style library</source>
      <translation>Stilbibliothek</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>This network brings no styles for it.</source>
      <translation>Dieses Netz bringt dafür keine Stile mit.</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>Library</source>
      <translation>Bibliothek</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>Draw all of them on this picture</source>
      <translation>Alle auf diesem Bild zeichnen</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>black</source>
      <translation>schwarz</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>grey</source>
      <translation>grau</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>white</source>
      <translation>weiß</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>beige</source>
      <translation>beige</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>brown</source>
      <translation>braun</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>red</source>
      <translation>rot</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>orange</source>
      <translation>orange</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>yellow</source>
      <translation>gelb</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>green</source>
      <translation>grün</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>blue</source>
      <translation>blau</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>navy</source>
      <translation>dunkelblau</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>purple</source>
      <translation>lila</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>pink</source>
      <translation>rosa</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>Nearest to {0} first</source>
      <translation>Nächste an {0} zuerst</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>Search by another colour...</source>
      <translation>Nach anderer Farbe suchen...</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>Styles nearest to this colour first</source>
      <translation>Stile nahe dieser Farbe zuerst</translation>
    </message>
    <message>
      <location filename="../../app/panels/library.py" />
      <source>{0}: style from the library</source>
      <translation>{0}: Stil aus der Bibliothek</translation>
    </message>
  </context>
  <context>
    <name>StyleModel</name>
    <message>
      <location filename="../../app/panels/style_tiles.py" />
      <source>Style {0}</source>
      <translation>Stil {0}</translation>
    </message>
  </context>
  <context>
    <name>StylesPanel</name>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Lock the style: dice, photos and sliders leave it alone</source>
      <translation>Stil sperren: Würfel, Fotos und Regler ändern ihn nicht</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Draw a new style</source>
      <translation>Neuen Stil ziehen</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Back to the photo's own style, or else the average one</source>
      <translation>Zurück zum Stil des Fotos, sonst zum mittleren</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Copy style</source>
      <translation>Stil kopieren</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Paste style</source>
      <translation>Stil einfügen</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Strength</source>
      <translation>Stärke</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>More like this</source>
      <translation>Mehr davon</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Render variations of this style to choose from</source>
      <translation>Varianten dieses Stils zur Auswahl zeichnen</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Variation {0}</source>
      <translation>Variante {0}</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Use this style</source>
      <translation>Diesen Stil nehmen</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>The sliders appear when the outlines are accepted.</source>
      <translation>Die Regler erscheinen, wenn die Umrisse übernommen sind.</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>The sliders appear when a network is loaded.</source>
      <translation>Die Regler erscheinen, sobald ein Netz geladen ist.</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>No slider changes this class visibly.</source>
      <translation>Kein Regler ändert diese Klasse sichtbar.</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>Not in the map yet: paint some to see its style.</source>
      <translation>Noch nicht in der Karte: etwas davon malen, um den Stil zu sehen.</translation>
    </message>
    <message>
      <location filename="../../app/panels/styles.py" />
      <source>{0}: variation</source>
      <translation>{0}: Variante</translation>
    </message>
  </context>
  <context>
    <name>ToolHints</name>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Shift+click: a straight line</source>
      <translation>Umschalt+Klick: gerade Linie</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Click a region to give it the picked class.</source>
      <translation>Ein Klick gibt einem Bereich die gewählte Klasse.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Draw around what shall take the picked class.</source>
      <translation>Umfahren, was die gewählte Klasse bekommen soll.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Click corners. Shift snaps to 45°, Backspace takes one back, Enter closes.</source>
      <translation>Ecken anklicken. Umschalt: 45°, Rücktaste: eine zurück, Enter: fertig.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Drag from corner to corner. Shift makes a square, Alt starts from the middle.</source>
      <translation>Von Ecke zu Ecke ziehen. Umschalt macht ein Quadrat, Alt beginnt in der Mitte.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Drag from corner to corner. Shift makes a circle, Alt starts from the middle.</source>
      <translation>Von Ecke zu Ecke ziehen. Umschalt macht einen Kreis, Alt beginnt in der Mitte.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Drag, or go on from the last point with Shift+click.</source>
      <translation>Ziehen, oder mit Umschalt+Klick fortsetzen.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Paint along an outline to smooth it.</source>
      <translation>Am Umriss entlang malen.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Drag a region to move it, its corners to scale it. Alt takes all regions of the class.</source>
      <translation>Ziehen verschiebt, Ecken skalieren. Alt: ganze Klasse.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>What looks alike takes the class.</source>
      <translation>Was ähnlich aussieht, bekommt die Klasse.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Drag to move it, a corner to scale it (Shift: freely). Enter stamps it, Esc takes it away.</source>
      <translation>Ziehen verschiebt, eine Ecke skaliert (Umschalt: frei). Eingabe stempelt, Esc nimmt den Bereich weg.</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/hints.py" />
      <source>Click to pick the class under the pointer.</source>
      <translation>Ein Klick wählt die Klasse unter dem Zeiger.</translation>
    </message>
  </context>
  <context>
    <name>Tools</name>
    <message>
      <location filename="../../app/canvas/tools/brush.py" />
      <source>Brush</source>
      <translation>Pinsel</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/brush.py" />
      <source>Eraser</source>
      <translation>Radierer</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/outlines.py" />
      <source>Lasso</source>
      <translation>Lasso</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/outlines.py" />
      <source>Polygon</source>
      <translation>Polygon</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/regions.py" />
      <source>Fill</source>
      <translation>Füllen</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/regions.py" />
      <source>Magic wand</source>
      <translation>Zauberstab</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/shapes.py" />
      <source>Rectangle</source>
      <translation>Rechteck</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/shapes.py" />
      <source>Ellipse</source>
      <translation>Ellipse</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/shapes.py" />
      <source>Line</source>
      <translation>Linie</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/smooth.py" />
      <source>Smooth outline</source>
      <translation>Umriss glätten</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/transform.py" />
      <source>Scale region</source>
      <translation>Fläche skalieren</translation>
    </message>
    <message>
      <location filename="../../app/canvas/tools/transform.py" />
      <source>Move region</source>
      <translation>Fläche verschieben</translation>
    </message>
  </context>
  <context>
    <name>Tour</name>
    <message>
      <location filename="../../app/widgets/tour.py" />
      <source>Skip</source>
      <translation>Überspringen</translation>
    </message>
    <message>
      <location filename="../../app/widgets/tour.py" />
      <source>Next</source>
      <translation>Weiter</translation>
    </message>
    <message>
      <location filename="../../app/widgets/tour.py" />
      <source>Start</source>
      <translation>Los</translation>
    </message>
  </context>
  <context>
    <name>Welcome</name>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Paint</source>
      <translation>Malen</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Take a brush, a lasso or a shape and paint clothes into the map.</source>
      <translation>Mit Pinsel, Lasso oder einer Form Kleidung in die Karte malen.</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Pick what you paint</source>
      <translation>Wählen, was gemalt wird</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Each colour is a class. Hide, lock or protect a class with the marks beside its name.</source>
      <translation>Jede Farbe ist eine Klasse. Mit den Zeichen neben dem Namen lässt sie sich ausblenden, sperren oder schützen.</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Watch</source>
      <translation>Zusehen</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>The picture follows while your hand still moves.</source>
      <translation>Das Bild folgt, während die Hand sich noch bewegt.</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Change the style</source>
      <translation>Den Stil ändern</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Drag a slider, throw the dice, or ask for more like this. Only that class changes.</source>
      <translation>Einen Regler ziehen, würfeln oder nach mehr davon fragen. Nur diese Klasse ändert sich.</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Open a photo of your own</source>
      <translation>Ein eigenes Foto öffnen</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Its clothes are found and their styles are taken. F1 shows all keys.</source>
      <translation>Die Kleidung wird gefunden, ihre Stile werden übernommen. F1 zeigt alle Tasten.</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>The program ended unexpectedly. Unsaved work on “{0}”, last changed {1}, was kept.</source>
      <translation>Das Programm wurde unerwartet beendet. Ungesicherte Arbeit an „{0}“, zuletzt geändert {1}, ist noch da.</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>The program ended unexpectedly. Unsaved work of {0} was kept.</source>
      <translation>Das Programm wurde unerwartet beendet. Ungesicherte Arbeit vom {0} wurde aufbewahrt.</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>(1 of {0})</source>
      <translation>(1 von {0})</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Recover</source>
      <translation>Wiederherstellen</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Discard</source>
      <translation>Verwerfen</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>This can be undone; the file stays on the disk for {0} days</source>
      <translation>Das lässt sich rückgängig machen; die Datei bleibt {0} Tage auf dem Datenträger</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Later</source>
      <translation>Später</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Ask again at the next start</source>
      <translation>Beim nächsten Start wieder fragen</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>The work that was kept is discarded.</source>
      <translation>Die aufgehobene Arbeit ist verworfen.</translation>
    </message>
    <message>
      <location filename="../../app/welcome.py" />
      <source>Undo</source>
      <translation>Rückgängig</translation>
    </message>
  </context>
</TS>
